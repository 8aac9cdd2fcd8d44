import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench, type BenchOptions } from './bench.js';
import { nextMessage } from './child.js';
import { costliest, costliestParts, type CpuProfile } from './costly-functions.js';
import { type Figures, type Limits, medianOf } from './figures.js';
import { measureLimits } from './limits.js';
import { costlyTable, figuresTable, limitsLine, processTable } from './report.js';
import { scaling, scalingReport } from './scaling.js';
import { type Scenario, scenarios, shortened } from './scenarios.js';

type Options = Omit<BenchOptions, 'logsDir'> & {
  /** By name; all where none is named. */
  scenarios?: string[];
  /** Of each scenario; what is reported is the median. */
  runs: number;
  /** Instead of the scenarios: how the cost grows; `scenarios` names series then. */
  scaling: boolean;
  limits: boolean;
  /** Services send telemetry to a collector that keeps nothing. */
  otlp?: boolean;
  /** Where the figures go as JSON. */
  resultFile?: string;
  json: boolean;
  markdown: boolean;
  keepLogs: boolean;
  limitMs: number;
};

/** Below tools/bench.mjs, which owns Kafka and PostgreSQL; exits 0 only where nothing was lost or doubled. */
const options = JSON.parse(process.argv[2]) as Options;
const logsDir = mkdtempSync(join(tmpdir(), 'posthorn-bench-'));
const startedMs = performance.now();
const limitCount = options.short ? 5_000 : 100_000;
const costlyCount = 10;
const otlp = options.otlp ? fork(join(import.meta.dirname, 'otlp-sink.js')) : undefined;
const otlpUrl = otlp ? `http://127.0.0.1:${(await nextMessage<{ port: number }>(otlp)).port}` : undefined;
const bench = new Bench({ ...options, logsDir, ...(otlpUrl ? { otlpUrl } : {}) }, say);

function say(line: string): void {
  console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
}

function chosen(): Scenario[] {
  if (options.scaling) {
    const all = scaling.flatMap(({ name, points }) => points.map(({ scenario }) => ({ name, scenario })));
    // A series, or one of its points: the last ones take many minutes to set up.
    const isWanted = (name: string): boolean => options.scenarios?.includes(name) ?? true;
    return all
      .filter((one) => isWanted(one.name) || isWanted(one.scenario.name))
      .map(({ scenario }) => scenario);
  }
  const unknown = options.scenarios?.filter((name) => !scenarios.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0) {
    const names = scenarios.map(({ name }) => name).join(', ');
    throw new Error(`There is no scenario ${unknown.join(', ')}; there are ${names}.`);
  }
  const wanted = scenarios.filter(
    // All in one process, no part of it can stand still.
    ({ name, kind }) =>
      (options.scenarios?.includes(name) ?? true) && !(options.standalone && kind === 'projection'),
  );
  return options.short ? wanted.map(shortened) : wanted;
}

async function run(): Promise<boolean> {
  const wanted = chosen();
  say('starting the services');
  await bench.start();
  say('warming up');
  await bench.warmUp();
  const results: [Scenario, Figures][] = [];
  for (const scenario of wanted) {
    const runs: Figures[] = [];
    while (runs.length < options.runs) {
      const one = await bench.measure(scenario);
      runs.push(one);
      say(`${scenario.name}: ${one.deliveriesPerS}/s at ${one.cpuUsPerDelivery ?? '–'} µs, ${faultsOf(one)}`);
    }
    results.push([scenario, medianOf(runs)]);
  }
  await bench.stop();
  if (otlp) {
    otlp.send('how many');
    say(`telemetry came in ${(await nextMessage<{ requests: number }>(otlp)).requests} requests`);
  }
  const limits = options.limits ? await measureLimits(options, limitCount) : undefined;
  report(results, limits);
  return bench.surprises.length === 0 && results.every(([, one]) => one.lost === 0 && one.duplicates === 0);
}

function faultsOf({ lost, duplicates }: Figures): string {
  return `${lost} lost, ${duplicates} duplicates`;
}

function report(results: readonly [Scenario, Figures][], limits: Limits | undefined): void {
  for (const line of ['', ...figuresTable(results, options), '', ...processTable(results, options)])
    console.log(line);
  const byName = Object.fromEntries(results.map(([{ name }, one]) => [name, one]));
  for (const line of scalingReport(new Map(Object.entries(byName)), options)) console.log(line);
  if (limits) console.log(`\n${limitsLine(limits)}`);
  for (const surprise of bench.surprises) console.log(surprise);
  if (options.profile) profile(options.profile);
  if (options.resultFile) writeFileSync(options.resultFile, JSON.stringify(byName));
  if (!options.json) return;
  console.log(JSON.stringify({ scenarios: byName, limits }));
}

function profile(service: string): void {
  const file = readdirSync(logsDir).find((name) => name.endsWith('.cpuprofile'));
  if (!file) throw new Error(`${service} wrote no profile`);
  const path = join(logsDir, file);
  const taken = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  console.log(`\nWhere ${service} spent its time while it was measured (all of it is in ${path}):\n`);
  const functions = costlyTable('function', costliest(taken, bench.stretches, costlyCount), options);
  const parts = costlyTable('package', costliestParts(taken, bench.stretches, costlyCount), options);
  for (const line of [...functions, '', ...parts]) console.log(line);
}

/** At once; what is waited for does not come any more. */
function abort(why: string): void {
  console.error(`bench: ${why}`);
  void bench.kill().finally(() => process.exit(1));
}

let code = 1;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort(`ended by ${signal}`));
const overtime = setTimeout(() => abort('took too long'), options.limitMs);
try {
  code = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  await bench.kill();
}
clearTimeout(overtime);
if (code === 0 && !options.keepLogs && !options.profile) rmSync(logsDir, { recursive: true, force: true });
else console.error(`What every process said is in ${logsDir}`);
process.exit(code);
