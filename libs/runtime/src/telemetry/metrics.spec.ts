import { type MetricData } from '@opentelemetry/sdk-metrics';
import { jest } from '@jest/globals';
import { lagsOf, observeConsumer } from './observers.js';
import { type MetricDefinition, Metrics } from './metrics.js';
import { EventLoopWatch } from './node-metrics.js';
import { prometheusName } from './prometheus.js';
import { Telemetry } from './telemetry.js';

const sent: MetricDefinition = { name: 'test.sent', kind: 'counter', unit: '{thing}', description: 'Sent' };
const took: MetricDefinition = {
  name: 'test.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Took',
  bounds: [0.1, 1],
};
const held: MetricDefinition = { name: 'test.held', kind: 'gauge', unit: 'By', description: 'Held' };

async function read(metrics: Metrics): Promise<MetricData[]> {
  return (await metrics.collect()).resourceMetrics.scopeMetrics[0]!.metrics;
}

it('gives the same series to whoever asks with the same attributes, in whatever order', async () => {
  const metrics = new Metrics();
  metrics.counter(sent, { a: '1', b: '2' }).add();
  metrics.counter(sent, { b: '2', a: '1' }).add(2);
  metrics.counter(sent, { a: '2', b: '2' }).add(5);
  const [{ dataPoints }] = (await read(metrics)) as [MetricData];
  expect(dataPoints.map(({ attributes, value }) => [attributes, value])).toEqual([
    [{ a: '1', b: '2' }, 3],
    [{ a: '2', b: '2' }, 5],
  ]);
});

it('keeps a flood of label values to one more series', async () => {
  const metrics = new Metrics();
  for (let n = 0; n < 2_100; n++) metrics.counter(sent, { n }).add();
  const [{ dataPoints }] = (await read(metrics)) as [MetricData];
  expect(dataPoints).toHaveLength(2_001);
  expect(dataPoints.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': 'true' }, value: 100 });
  metrics.counter(sent, { n: 1 }).add();
  expect((await read(metrics))[0]!.dataPoints[1]!.value).toBe(2);
});

it('leaves out what cannot be observed, and keeps the rest', async () => {
  const metrics = new Metrics();
  metrics.observe(held, () => {
    throw new Error('not now');
  });
  metrics.observe(held, async (observe) => observe(7, { who: 'other' }));
  const { resourceMetrics, errors } = await metrics.collect();
  expect(errors).toEqual([new Error('not now')]);
  expect(resourceMetrics.scopeMetrics[0]!.metrics[0]!.dataPoints).toMatchObject([{ value: 7 }]);
});

it('is read by Prometheus, with units in the names and cumulative buckets', async () => {
  const telemetry = new Telemetry('test', {
    otlpMetricsEveryMs: 60_000,
    traceShare: 0,
    tracesOfCallersPerS: 0,
  });
  try {
    telemetry.metrics.counter(sent, { why: 'a "b"' }).add(3);
    const buckets = telemetry.metrics.histogram(took);
    for (const value of [0.1, 0.2, 0.3, 5]) buckets.record(value);
    telemetry.metrics.observe(held, (observe) => observe(1_024));
    const lines = (await telemetry.prometheus()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE test_sent_total counter',
        'test_sent_total{why="a \\"b\\""} 3',
        '# HELP test_duration_seconds Took',
        'test_duration_seconds_bucket{le="0.1"} 1',
        'test_duration_seconds_bucket{le="1"} 3',
        'test_duration_seconds_bucket{le="+Inf"} 4',
        'test_duration_seconds_count 4',
        'test_held_bytes 1024',
      ]),
    );
    expect(lines.find((line) => line.startsWith('target_info{'))).toContain('service_name="posthorn-test"');
    expect(lines.find((line) => line.startsWith('nodejs_eventloop_utilization_ratio '))).toBeDefined();
  } finally {
    await telemetry.stop(100);
  }
});

it.each([
  [sent, 'test_sent_total'],
  [took, 'test_duration_seconds'],
  [held, 'test_held_bytes'],
  [{ name: 'test.fill', kind: 'gauge', unit: '1' }, 'test_fill_ratio'],
])('%o is %s in Prometheus', (definition, name) => {
  expect(prometheusName(definition)).toBe(name);
});

it('counts as lag what the log has beyond what was read, and its age only where there is some', () => {
  const at = (partition: number, position: number | undefined, readUpToMs: number) => ({
    topic: 'events.v1',
    partition,
    position,
    readUpToMs,
  });
  const long = Date.now() - 60_000;
  const ends = new Map([
    [
      'events.v1',
      new Map([
        [0, { low: 0, high: 10 }],
        [1, { low: 90, high: 100 }],
        [2, { low: 0, high: 5 }],
      ]),
    ],
  ]);
  const server = { handedOver: new Map(), progress: [at(0, 10, long), at(1, 4, long), at(2, undefined, 0)] };
  const lag = lagsOf(server, ends, new Map()).get('events.v1')!;
  // Partition 0 is read to its end; of partition 1 what expired unread cannot be read any more.
  expect(lag.records).toBe(10);
  expect(lag.ageMs).toBeGreaterThanOrEqual(60_000);
  expect(lagsOf({ ...server, progress: [at(0, 10, long)] }, ends, new Map()).get('events.v1')!.ageMs).toBe(0);
});

it.each([
  ['nothing was read of it', 0, 10],
  ['nobody knows where to begin', undefined, 0],
])('a partition has an age where %s', (_, position, records) => {
  jest.useFakeTimers({ now: 1_000_000 });
  const unreadSince = new Map<string, number>();
  const progress = [{ topic: 'events.v1', partition: 0, position, readUpToMs: 0 }];
  const lag = () =>
    lagsOf(
      { handedOver: new Map(), progress },
      new Map([['events.v1', new Map([[0, { low: 0, high: 10 }]])]]),
      unreadSince,
    ).get('events.v1');
  expect(lag()).toEqual({ records, ageMs: 0 });
  jest.setSystemTime(1_090_000);
  expect(lag()).toEqual({ records, ageMs: 90_000 });
  progress[0]!.readUpToMs = 1_080_000;
  progress[0]!.position = 9;
  expect(lag()).toEqual({ records: 1, ageMs: 10_000 });
  expect(unreadSince.size).toBe(0);
  jest.useRealTimers();
});

it('an empty partition that was never read is not late', () => {
  const progress = [{ topic: 'events.v1', partition: 0, position: undefined, readUpToMs: 0 }];
  const ends = new Map([['events.v1', new Map([[0, { low: 7, high: 7 }]])]]);
  const unreadSince = new Map([['events.v1/0', 1]]);
  expect(lagsOf({ handedOver: new Map(), progress }, ends, unreadSince).get('events.v1')).toEqual({
    records: 0,
    ageMs: 0,
  });
});

it('the event loop is seen the same by several who look, and what is long over is forgotten', async () => {
  const watch = new EventLoopWatch(400);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const until = performance.now() + 150;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(watch.delayMaxS).toBeGreaterThan(0.1);
  expect(watch.delayMaxS).toBeGreaterThan(0.1);
  expect(watch.utilization).toBeGreaterThan(0.3);
  const over = (resolve: () => void): void => {
    if (watch.delayMaxS > 0.1) setTimeout(() => over(resolve), 50);
    else resolve();
  };
  await new Promise<void>(over);
  watch.stop();
});

it('while Kafka does not answer, what is known of the lag stands, and nobody waits long for it', async () => {
  const metrics = new Metrics();
  const progress = [{ topic: 'events.v1', partition: 0, position: 4, readUpToMs: 1 }];
  const answers = [
    Promise.resolve(new Map([[0, { low: 0, high: 10 }]])),
    new Promise<never>(() => undefined),
  ];
  const kafka = { endOffsets: () => answers.shift()! };
  const server = { handedOver: new Map([['events.v1', 4]]), progress };
  observeConsumer(metrics, { kafka, server, group: 'g' });
  const lag = async (): Promise<unknown> =>
    (await read(metrics)).find(({ descriptor }) => descriptor.name === 'posthorn.consumer.lag')?.dataPoints[0]
      ?.value;
  expect(await lag()).toBe(6);
  progress[0]!.position = 6;
  const beganMs = performance.now();
  jest.spyOn(performance, 'now').mockImplementation(() => beganMs + 60_000);
  expect(await lag()).toBe(4);
  jest.restoreAllMocks();
  expect(performance.now() - beganMs).toBeLessThan(2_000);
});
