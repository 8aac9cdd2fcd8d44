import { table } from '../chaos/report.js';
import type { Figures } from './figures.js';
import { kafkaFlow, type Scenario, type Setup, unordered } from './scenarios.js';

/** How the cost of a delivery grows with one thing while everything else stays the same. */
export type Series = {
  name: string;
  unit: string;
  points: readonly { at: number; scenario: Scenario }[];
};

const events = 40_000;
const tenantsOfSubscriptions = 1_000;

function series(
  name: string,
  unit: string,
  at: readonly number[],
  make: (at: number) => Partial<Scenario>,
): Series {
  const scenarioAt = (one: number): Scenario => ({
    name: `${name}-${one}`,
    title: `${one.toLocaleString('en')} ${unit}`,
    kind: 'flow',
    setup: unordered,
    traffic: { ...kafkaFlow, events },
    ...make(one),
  });
  return { name, unit, points: at.map((one) => ({ at: one, scenario: scenarioAt(one) })) };
}

const withSetup = (setup: Partial<Setup>): Partial<Scenario> => ({ setup: { ...unordered, ...setup } });

/** In the order in which they run: subscriptions that stand beside the others stay, so the most come last. */
export const scaling: readonly Series[] = [
  series('bytes', 'bytes an event', [500, 5_000, 50_000], (bytes) => ({
    // About as many bytes in all, within what lanes and windows hold at once.
    traffic: { ...kafkaFlow, events: Math.min(events, Math.round((100 * events) / bytes) * 40), bytes },
  })),
  series('backlog', 'events behind', [10_000, 50_000, 200_000], (behind) => ({
    kind: 'catch-up',
    setup: { ...unordered, tenants: 1 },
    traffic: { ...kafkaFlow, events: behind },
  })),
  series('tenants', 'tenants', [20, 200, 2_000], (tenants) => withSetup({ tenants })),
  series('subscriptions', 'subscriptions', [1_000, 10_000, 100_000], (subscriptions) =>
    withSetup({
      tenants: tenantsOfSubscriptions,
      others: subscriptions / tenantsOfSubscriptions - 1,
    }),
  ),
];

type Results = ReadonlyMap<string, Figures>;

/** A table and a chart (Mermaid) of each series that was measured. */
export function scalingReport(results: Results, how: { markdown: boolean }): string[] {
  return scaling
    .filter(({ points }) => points.every(({ scenario }) => results.has(scenario.name)))
    .flatMap((one) => [...tableOf(one, results, how), '', ...(how.markdown ? chartOf(one, results) : [])]);
}

const costOf = (results: Results, { name }: Scenario): number => results.get(name)!.cpuUsPerDelivery ?? 0;

function tableOf({ unit, points }: Series, results: Results, how: { markdown: boolean }): string[] {
  const first = costOf(results, points[0].scenario);
  const rows = points.map(({ at, scenario }) => {
    const cost = costOf(results, scenario);
    const growth = `${Math.round(100 * (cost / first - 1))} %`;
    return [
      at.toLocaleString('en'),
      String(results.get(scenario.name)!.deliveriesPerS),
      cost.toFixed(0),
      growth,
    ];
  });
  return table([[unit, 'deliveries/s', 'CPU µs each', 'more than the first'], ...rows], how);
}

function chartOf({ unit, points }: Series, results: Results): string[] {
  const costs = points.map(({ scenario }) => Math.round(costOf(results, scenario)));
  return [
    '```mermaid',
    'xychart-beta',
    `  title "CPU µs per delivery by ${unit}"`,
    `  x-axis [${points.map(({ at }) => `"${at.toLocaleString('en')}"`).join(', ')}]`,
    `  y-axis "µs" 0 --> ${Math.ceil((1.2 * Math.max(...costs)) / 50) * 50}`,
    `  bar [${costs.join(', ')}]`,
    '```',
    '',
  ];
}
