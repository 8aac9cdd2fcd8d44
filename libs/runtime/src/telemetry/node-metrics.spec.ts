import { memoryLimit, observeNode } from './node-metrics.js';
import { Metrics } from './metrics.js';

const machine = 8 * 1024 ** 3;

it.each([
  ['a container’s bound', 512 * 1024 ** 2, 512 * 1024 ** 2],
  ['no bound that Node knows of', 0, machine],
  ['a bound beyond the machine, which is none', 2 ** 64, machine],
])('%s', (_, bound, limit) => {
  expect(memoryLimit(bound, machine)).toBe(limit);
});

it('says what the process takes of what there is for it', async () => {
  const metrics = new Metrics();
  const stop = observeNode(metrics);
  const { scopeMetrics } = (await metrics.collect()).resourceMetrics;
  stop();
  const of = (name: string) =>
    Number(scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === name)!.dataPoints[0].value);
  expect(of('process.memory.usage')).toBeGreaterThan(1024 ** 2);
  expect(of('process.memory.usage')).toBeLessThan(of('process.memory.limit'));
});
