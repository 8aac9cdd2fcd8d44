// Writes the tables of docs/metrics.md from what the services define:
// `npx node --import ./tools/swc-hook.mjs --conditions=@posthorn/source tools/metrics-table.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../docs/metrics.md', import.meta.url);
const [start, end] = ['<!-- metrics -->', '<!-- /metrics -->'];
const { metricTables } = await import(new URL('../apps/standalone/src/metrics.ts', import.meta.url).href);
const [head, rest] = readFileSync(page, 'utf8').split(start);
const [, tail] = (rest ?? '').split(end);
if (tail === undefined) throw new Error(`${page.pathname} has no place for the tables: ${start} … ${end}`);
writeFileSync(page, `${head}${start}\n${metricTables()}\n${end}${tail}`);
