import { table } from '../chaos/report.js';
import type { Costly } from './costly-functions.js';
import type { Figures, Limits } from './figures.js';
import type { Scenario } from './scenarios.js';

type How = { markdown: boolean };
type Result = readonly [Scenario, Figures];

/** µs of CPU in a second that are a hundredth of a core. */
const percentUs = 10_000;

export function figuresTable(results: readonly Result[], how: How): string[] {
  const head = [
    'scenario',
    'deliveries/s',
    'CPU µs each',
    'p50 ms',
    'p99 ms',
    'RSS MiB',
    'lost',
    'duplicates',
  ];
  const rows = results.map(([{ name, title }, one]) => [
    `${name}: ${title}`,
    one.cpuUsPerDelivery === null ? '–' : String(one.deliveriesPerS),
    one.cpuUsPerDelivery === null
      ? `${(servicesUs(one) / percentUs).toFixed(1)} % of a core`
      : one.cpuUsPerDelivery.toFixed(0),
    one.p50Ms?.toFixed(1) ?? '–',
    one.p99Ms?.toFixed(1) ?? '–',
    String(one.rssMb),
    String(one.lost),
    String(one.duplicates),
  ]);
  return table([head, ...rows], how);
}

/** Where a delivery's CPU goes; in the row of `idle`, µs in a second. */
export function processTable(results: readonly Result[], how: How): string[] {
  const names = Object.keys(results[0][1].cpuUsByProcess);
  const rows = results.map(([{ name }, one]) => [
    name,
    ...names.map((process) => one.cpuUsByProcess[process].toFixed(0)),
  ]);
  return table([['CPU µs per delivery', ...names], ...rows], how);
}

export function limitsLine({ postsPerS, postCpuUs, produceUs, insertUs }: Limits): string {
  return (
    `Limits here: ${postsPerS} signed posts/s at ${postCpuUs} µs of the sender; ` +
    `a record into Kafka ${produceUs} µs, a row into PostgreSQL ${insertUs} µs, both with the server's share.`
  );
}

/** Time in which it had the processor or waited for it. */
export function costlyTable(title: string, costly: readonly Costly[], how: How): string[] {
  const rows = costly.map(({ name, place, selfUs, share }) => [
    place === '' ? name : `${name}  ${place}`,
    (selfUs / 1_000).toFixed(0),
    `${(100 * share).toFixed(1)} %`,
  ]);
  return table([[title, 'self ms', 'share'], ...rows], how);
}

/** Of our services alone. */
function servicesUs({ cpuUsByProcess }: Figures): number {
  const own = Object.entries(cpuUsByProcess).filter(([name]) => name !== 'kafka' && name !== 'postgres');
  return own.reduce((sum, [, us]) => sum + us, 0);
}
