import type { EgressResult } from '@posthorn/egress';
import { Metrics } from '@posthorn/runtime';
import type { LaneSlot, Work } from './lane-slot.js';
import { errorTypeOf, receiverOf, Tally } from './tally.js';

const timings = { startedAt: 10_250, durationMs: 500, dnsMs: -1, connectMs: 30, tlsMs: -1, firstByteMs: 400 };
const response = (status: number) =>
  ({ kind: 'response', status, headers: {}, timings }) as unknown as EgressResult;
const error = (reason: string) =>
  ({ kind: 'error', reason, message: '', timings }) as unknown as EgressResult;

const slot = (over: object = {}) =>
  ({
    tenantId: 't',
    slow: false,
    lane: { state: 'live', health: { failingSince: null } },
    ...over,
  }) as unknown as LaneSlot;
const work = (attempt: number) =>
  ({
    kind: 'lane',
    item: { attempt, seq: 1, event: { message: { acceptedAt: 10_000 } } },
  }) as unknown as Work;

/** Series by name: attributes and value, histograms as count and sum. */
async function read(metrics: Metrics, name: string): Promise<[object, unknown][]> {
  const { scopeMetrics } = (await metrics.collect()).resourceMetrics;
  const found = scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === name);
  return (found?.dataPoints ?? []).map(({ attributes, value }) => [
    attributes,
    typeof value === 'number' ? value : [value.count, value.sum],
  ]);
}

it.each([
  [response(204), ''],
  [response(302), '3xx'],
  [response(429), '4xx'],
  [response(503), '5xx'],
  [response(999), 'protocol'],
  [error('refused-address'), 'refused-address'],
])('%o is told as "%s"', (result, wanted) => {
  expect(errorTypeOf(result)).toBe(wanted);
});

it.each([
  [{}, 'healthy'],
  [{ slow: true }, 'slow'],
  [{ rateLimit: {} }, 'slow'],
  [{ lane: { state: 'behind', health: { failingSince: null } } }, 'slow'],
  [{ lane: { state: 'parked', health: { failingSince: 5 } } }, 'failing'],
])('a receiver with %o is %s', (over, wanted) => {
  expect(receiverOf(slot(over))).toBe(wanted);
});

it('counts attempts by outcome and reason, and times from accepted on', async () => {
  const metrics = new Metrics();
  const tally = new Tally(metrics);
  const failing = slot({ lane: { state: 'parked', health: { failingSince: 5 } } });
  tally.answered(slot(), work(0), response(200));
  tally.answered(slot(), work(0), error('dns'));
  tally.answered(failing, work(1), response(200));
  tally.answered(slot({ replayId: 'r' }), work(0), response(200));
  const attempts = (await read(metrics, 'posthorn.attempts')).filter(([, value]) => value !== 0);
  expect(attempts).toEqual([
    [{ 'posthorn.outcome': 'delivered', 'posthorn.receiver': 'healthy' }, 2],
    [{ 'posthorn.outcome': 'delivered', 'posthorn.receiver': 'failing' }, 1],
    [{ 'posthorn.outcome': 'failed', 'posthorn.receiver': 'healthy', 'error.type': 'dns' }, 1],
  ]);
  // The first attempts began 250 ms after their events were accepted; the replay's own is not counted.
  expect(await read(metrics, 'posthorn.delivery.first_attempt.delay')).toContainEqual([
    { 'posthorn.receiver': 'healthy' },
    [2, 0.5],
  ]);
  expect(await read(metrics, 'posthorn.delivery.duration')).toEqual([
    [{ 'posthorn.attempt': 'first' }, [1, 0.75]],
    [{ 'posthorn.attempt': 'later' }, [1, 0.75]],
  ]);
  expect(await read(metrics, 'posthorn.egress.phase.duration')).toContainEqual([
    { 'posthorn.phase': 'connect' },
    [4, 0.12],
  ]);
  expect(tally.tenants.top(1)).toEqual([['t', { delivered: 3, failed: 1 }]]);
});

it('takes what an owner counted, once', async () => {
  const metrics = new Metrics();
  const tally = new Tally(metrics);
  const counts = { read: 3, repeated: 1, matched: 5 };
  tally.take(counts);
  tally.take(counts);
  expect(counts).toEqual({ read: 0, repeated: 0, matched: 0 });
  expect(await read(metrics, 'posthorn.deliveries.matched')).toEqual([[{}, 5]]);
  tally.over('delivered');
  tally.over('nonsense');
  expect(await read(metrics, 'posthorn.deliveries.finished')).toContainEqual([
    { 'posthorn.outcome': 'delivered' },
    1,
  ]);
});
