import { encodeSeqs } from '@posthorn/contracts';
import type { Service } from '@posthorn/runtime';
import { type ReceivedRequest, Receiver, testKafka, waitFor } from '@posthorn/testing';
import { startDispatcher, World } from './testing/world.js';

const kafka = testKafka();
let dispatcher: Service;
let world: World;
let receiver: Receiver;

const numberOf = ({ rawBody }: ReceivedRequest): number =>
  (JSON.parse(String(rawBody)) as { data: { n: number } }).data.n;
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

beforeAll(async () => {
  dispatcher = await startDispatcher(kafka);
  world = await World.start(kafka);
  await waitFor(async () => (await fetch(`${dispatcher.url}/health/ready`)).status === 200, {
    timeoutMs: 30_000,
  });
}, 60_000);

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(async () => {
  await receiver.close();
});

afterAll(async () => {
  await world.stop();
  await dispatcher.stop();
  await kafka.cleanup();
}, 60_000);

it('delivers the first event after the registration, with id, attempt and signature', async () => {
  await world.subscribe(world.snapshot({ tenantId: 'a', id: 'sub_a', url: `${receiver.url}/hook` }));
  await world.publish('a', 1, 1);
  const [request] = await receiver.received(1);
  expect(numberOf(request)).toBe(1);
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': 'evt_a_1',
    'webhook-attempt': '1',
    'x-brutlers-signature': expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await waitFor(() => world.attempts.some((a) => a.kind === 'attempt' && a.eventId === 'evt_a_1' && a.final));
});

it('carries the trace context to the receiver, also on a retry', async () => {
  receiver.answer((_request, index) => (index === 0 ? 500 : 200));
  const retryPolicy = { delaysMs: [50] };
  await world.subscribe(world.snapshot({ tenantId: 'k', id: 'sub_k', url: receiver.url, retryPolicy }));
  const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'a=b' };
  await world.publish('k', 1, 1, trace);
  const requests = await receiver.received(2);
  for (const { headers } of requests) expect(headers).toMatchObject(trace);
});

it('an unordered subscription gets the others at once, and the failed one again', async () => {
  receiver.answer((request, index) => (numberOf(request) === 1 && index < 3 ? 500 : 200));
  const retryPolicy = { delaysMs: [400] };
  await world.subscribe(world.snapshot({ tenantId: 'b', id: 'sub_b', url: receiver.url, retryPolicy }));
  await world.publish('b', 1, 3);
  const requests = await receiver.received(4);
  expect(requests.map(numberOf).sort()).toEqual([1, 1, 2, 3]);
  expect(numberOf(requests[3])).toBe(1);
  expect(requests[3].headers['webhook-attempt']).toBe('2');
  const first = requests.find((request) => numberOf(request) === 1)!;
  expect(requests[3].atMs - first.atMs).toBeGreaterThanOrEqual(400);
});

it('a strict subscription waits at the failed event and then gets all in order', async () => {
  receiver.answer((request) =>
    numberOf(request) === 2 && Number(request.headers['webhook-attempt']) < 3 ? 503 : 200,
  );
  const policy = { ordering: 'strict' as const, retryPolicy: { delaysMs: [300, 600] } };
  await world.subscribe(world.snapshot({ tenantId: 'c', id: 'sub_c', url: receiver.url, ...policy }));
  await world.publish('c', 1, 400);
  const requests = await receiver.received(402, { timeoutMs: 20_000 });
  expect(requests.map(numberOf)).toEqual([1, 2, 2, ...upTo(400).slice(1)]);
  const [, first, second, third] = requests.map(({ atMs }) => atMs);
  expect(second - first).toBeGreaterThanOrEqual(300);
  expect(third - second).toBeGreaterThanOrEqual(600);
  await waitFor(() => world.lanes.at(-1) === 'live');
});

it('marks an event failed after the last retry and goes on with the next', async () => {
  receiver.answer((request) => (numberOf(request) === 1 ? 500 : 200));
  const policy = { ordering: 'strict' as const, retryPolicy: { delaysMs: [50] } };
  await world.subscribe(world.snapshot({ tenantId: 'd', id: 'sub_d', url: receiver.url, ...policy }));
  await world.publish('d', 1, 2);
  const requests = await receiver.received(3);
  expect(requests.map(numberOf)).toEqual([1, 1, 2]);
  await waitFor(() => world.attempts.filter((a) => a.tenantId === 'd').length === 3);
  const ends = world.attempts.filter((a) => a.kind === 'attempt' && a.tenantId === 'd');
  expect(ends).toMatchObject([
    { attempt: 1, outcome: 'failed', final: false, status: 500, nextAttemptAt: expect.any(Number) },
    { attempt: 2, outcome: 'failed', final: true, status: 500 },
    { attempt: 1, outcome: 'delivered', final: true, status: 200 },
  ]);
});

it('keeps what comes while paused, and delivers it in order after', async () => {
  const paused = world.snapshot({
    tenantId: 'e',
    id: 'sub_e',
    url: receiver.url,
    ordering: 'strict',
    status: 'paused',
  });
  await world.subscribe(paused);
  await world.publish('e', 1, 300);
  await world.subscribe({ ...paused, status: 'active', version: 2 });
  await world.publish('e', 301, 310);
  const requests = await receiver.received(310, { timeoutMs: 20_000 });
  expect(requests.map(numberOf)).toEqual(upTo(310));
});

it('a single retry that fell due in a short pause comes soon after it', async () => {
  receiver.answer((request) => (request.headers['webhook-attempt'] === '1' ? 500 : 200));
  const before = world.retries.length;
  const retryPolicy = { delaysMs: [600] };
  const active = world.snapshot({ tenantId: 'p', id: 'sub_p', url: receiver.url, retryPolicy });
  await world.subscribe(active);
  await world.publish('p', 1, 1);
  await receiver.received(1);
  await world.subscribe({ ...active, status: 'paused', version: 2 });
  await waitFor(() => world.retries.length >= before + 2);
  await world.subscribe({ ...active, status: 'active', version: 3 });
  const [retried] = await receiver.received(1, {
    matching: ({ headers }) => headers['webhook-attempt'] === '2',
    timeoutMs: 10_000,
  });
  expect(numberOf(retried)).toBe(1);
});

it('drops what comes while disabled, and nothing is delivered after deletion', async () => {
  const active = world.snapshot({ tenantId: 'f', id: 'sub_f', url: receiver.url });
  await world.subscribe(active);
  await world.publish('f', 1, 1);
  // What still waits when it is disabled would be cancelled.
  await receiver.received(1);
  await world.subscribe({ ...active, status: 'disabled', version: 2 });
  await world.publish('f', 2, 2);
  await world.subscribe({ ...active, status: 'active', version: 3 });
  await world.publish('f', 3, 3);
  await receiver.received(2);
  await world.subscribe({ ...active, status: 'deleted', version: 4, secrets: [] });
  await world.publish('f', 4, 4);
  const witness = world.snapshot({ tenantId: 'f', id: 'sub_f2', url: `${receiver.url}/witness` });
  await world.subscribe(witness);
  await world.publish('f', 5, 5);
  const requests = await receiver.received(3);
  expect(requests.map(numberOf).sort()).toEqual([1, 3, 5]);
});

it('somebody may have a parked lane tried now, or its head skipped', async () => {
  receiver.answer((request) => (numberOf(request) === 1 ? 500 : 200));
  const policy = { ordering: 'strict' as const, retryPolicy: { delaysMs: [600_000, 600_000, 600_000] } };
  await world.subscribe(world.snapshot({ tenantId: 'h', id: 'sub_h', url: receiver.url, ...policy }));
  await world.publish('h', 1, 3);
  const parks = (): number => world.lanes.filter((kind) => kind === 'parked').length;
  const before = parks();
  await waitFor(() => parks() > before);
  await world.command('h', 'sub_h', 'retry-now');
  const tried = await receiver.received(2);
  expect(tried[1].headers['webhook-attempt']).toBe('2');
  await waitFor(() => parks() > before + 1);
  await world.command('h', 'sub_h', 'skip');
  const requests = await receiver.received(4);
  expect(requests.map(numberOf)).toEqual([1, 1, 2, 3]);
  await waitFor(() =>
    world.attempts.some((a) => a.kind === 'attempt' && a.eventId === 'evt_h_1' && a.outcome === 'cancelled'),
  );
});

it('replays a range beside live traffic, under ids of its own, in order', async () => {
  const policy = { ordering: 'strict' as const };
  await world.subscribe(world.snapshot({ tenantId: 'i', id: 'sub_i', url: receiver.url, ...policy }));
  await world.publish('i', 1, 200);
  await receiver.received(200);
  await world.command('i', 'sub_i', 'replay', { replayId: 'rpl_1', fromSeq: 0 });
  await world.publish('i', 201, 210);
  const requests = await receiver.received(410);
  const numbers = requests.slice(200).map(numberOf);
  expect(numbers.filter((n) => n <= 200)).toEqual(upTo(200));
  expect(numbers.filter((n) => n > 200)).toEqual(upTo(210).slice(200));
  await waitFor(
    () => world.attempts.filter((a) => a.kind === 'attempt' && a.replayId === 'rpl_1').length === 200,
  );
  const ids = world.attempts.filter((a) => a.kind === 'attempt' && a.eventId === 'evt_i_1');
  expect(new Set(ids.map((a) => a.kind === 'attempt' && a.deliveryId)).size).toBe(2);
});

it.each(['strict', 'per-entity'] as const)(
  'a subscription that begins in the past gets what is older before what is newer (%s)',
  async (ordering) => {
    const tenantId = `past-${ordering}`;
    await world.publish(tenantId, 1, 200);
    const snapshot = world.snapshot({ tenantId, id: `sub_${ordering}`, url: receiver.url, ordering });
    await world.subscribe(snapshot, { startSeq: 0 });
    await world.publish(tenantId, 201, 300);
    const requests = await receiver.received(300, { timeoutMs: 20_000 });
    const numbers = requests.map(numberOf);
    expect(ordering === 'strict' ? numbers : [...numbers].sort((a, b) => a - b)).toEqual(upTo(300));
    // Caught up: live from here on.
    await world.publish(tenantId, 301, 301);
    await receiver.received(301);
    await waitFor(() => world.lanes.at(-1) === 'live');
    expect(receiver.requests).toHaveLength(301);
  },
  30_000,
);

it('replays the events that are named, whatever the filter is today, across a restart', async () => {
  const filter = { types: ['nothing.else'] };
  const policy = { ordering: 'strict' as const };
  await world.subscribe(world.snapshot({ tenantId: 'named', id: 'sub_named', url: receiver.url, ...policy }));
  await world.publish('named', 1, 60);
  await receiver.received(60);
  const seqs = await waitFor(() => {
    const told = world.attempts.flatMap((a) =>
      a.kind === 'attempt' && a.tenantId === 'named' ? [a.seq] : [],
    );
    return told.length === 60 && told;
  });
  await world.subscribe(
    world.snapshot({ tenantId: 'named', id: 'sub_named', url: receiver.url, ...policy, version: 2, filter }),
  );
  const odd = seqs.toSorted((a, b) => a - b).filter((_, i) => i % 2 === 0);
  const args = { replayId: 'rpl_named', fromSeq: odd[0], untilSeq: odd.at(-1)! + 1 };
  await world.command('named', 'sub_named', 'replay', { ...args, ratePerS: 10, seqs: encodeSeqs(odd) });
  await receiver.received(65);
  await dispatcher.stop();
  dispatcher = await startDispatcher(kafka);
  const requests = await receiver.received(90, { timeoutMs: 20_000 });
  expect(requests.slice(60).map(numberOf)).toEqual(upTo(60).filter((n) => n % 2 === 1));
}, 40_000);

it('an event that is published again within ten minutes is delivered once, also after a takeover', async () => {
  await world.subscribe(world.snapshot({ tenantId: 'j', id: 'sub_j', url: receiver.url }));
  await world.publish('j', 1, 2);
  await world.publish('j', 1, 3);
  await receiver.received(3);
  await dispatcher.stop();
  dispatcher = await startDispatcher(kafka);
  await world.publish('j', 2, 4);
  await receiver.received(4, { timeoutMs: 20_000 });
  expect(receiver.requests.map(numberOf).sort()).toEqual(upTo(4));
}, 40_000);

it('a new owner goes on where the last one stopped, in order and not early', async () => {
  const policy = { ordering: 'strict' as const, retryPolicy: { delaysMs: [3_000, 500] } };
  receiver.answer((request) =>
    request.headers['webhook-attempt'] === '1' && numberOf(request) === 3 ? 500 : 200,
  );
  await world.subscribe(world.snapshot({ tenantId: 'g', id: 'sub_g', url: receiver.url, ...policy }));
  await world.publish('g', 1, 5);
  await receiver.received(3);
  await waitFor(() => world.lanes.at(-1) === 'parked');
  await dispatcher.stop();
  dispatcher = await startDispatcher(kafka);
  const requests = await receiver.received(6, { timeoutMs: 20_000 });
  expect(requests.map(numberOf)).toEqual([1, 2, 3, 3, 4, 5]);
  expect(requests[3].atMs - requests[2].atMs).toBeGreaterThanOrEqual(3_000);
}, 40_000);
