import { type Figures, mayReadWhole, queryBench } from './querybench.js';

/** Below tools/querybench.mjs, which owns PostgreSQL. */
type Options = { rows: number; json: boolean; databaseUrl: string };

const goalMs = 50;
const dropGoalMs = 1_000;

const { rows, json, databaseUrl } = JSON.parse(process.argv[2]) as Options;
const figures = await queryBench({ databaseUrl, rows }, (line) => console.error(line));
if (json) console.log(JSON.stringify(figures));
else print(figures);
process.exitCode = problems(figures).length === 0 ? 0 : 1;

function print({ days, projectedPerS, queries, retentionDropMs }: Figures): void {
  console.log(
    `\n| ${rows.toLocaleString('en')} deliveries over ${days} days | p50, ms | p95, ms | index |\n|---|---:|---:|---|`,
  );
  for (const { name, p50Ms, p95Ms, usesIndex } of queries)
    console.log(`| ${name} | ${p50Ms} | ${p95Ms} | ${usesIndex ? 'yes' : '**no**'} |`);
  console.log(
    `\nA day is dropped in ${retentionDropMs} ms. The projection wrote ${projectedPerS} deliveries a second.`,
  );
  for (const problem of problems(figures)) console.log(`NOT KEPT: ${problem}`);
}

function problems({ queries, retentionDropMs }: Figures): string[] {
  return [
    ...queries.filter(({ p95Ms }) => p95Ms >= goalMs).map(({ name, p95Ms }) => `${name}: ${p95Ms} ms`),
    ...queries
      .filter(({ name, usesIndex }) => !usesIndex && !mayReadWhole.has(name))
      .map(({ name }) => `${name} reads a whole table`),
    ...(retentionDropMs < dropGoalMs ? [] : [`a day is dropped in ${retentionDropMs} ms`]),
  ];
}
