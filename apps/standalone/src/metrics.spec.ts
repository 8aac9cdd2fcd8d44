import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allMetrics, metricTables } from './metrics.js';

it('docs/metrics.md has every metric as it is (tools/metrics-table.mjs writes it)', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
  expect(text).toContain(`<!-- metrics -->\n${metricTables()}\n<!-- /metrics -->`);
});

it('no two metrics share a name', () => {
  const names = allMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
