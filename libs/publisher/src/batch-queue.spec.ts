import { BatchQueue, type Item, type QueueLimits } from './batch-queue.js';
import type { Outcome } from './outcome.js';

const limits: QueueLimits = {
  batchEvents: 3,
  batchBytes: 100,
  queueEvents: 10,
  queueBytes: 1_000,
  timeoutMs: 5_000,
};
const items = (...ids: string[]): Item[] => ids.map((id) => ({ id, bytes: 10 }));
const accepted = (batch: readonly Item[]): Outcome[] => batch.map(({ id }) => ({ status: 'accepted', id }));
const shown = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => {
    const cause = 'cause' in outcome ? (outcome.cause as { reason?: string; message: string }) : undefined;
    return [outcome.id, outcome.status, cause?.reason ?? cause?.message].filter(Boolean).join(' ');
  });

type Request = { ids: string[]; answer: (outcomes?: Outcome[]) => void; fail: (error: Error) => void };

/** Requests as they are made; each waits for its answer. */
class Line {
  readonly requests: Request[] = [];
  private arrived: () => void = () => undefined;

  send = (batch: readonly Item[]): Promise<Outcome[]> =>
    new Promise((resolve, reject) => {
      const answer = (outcomes = accepted(batch)) => resolve(outcomes);
      this.requests.push({ ids: batch.map(({ id }) => id), answer, fail: reject });
      this.arrived();
    });

  async request(n: number): Promise<Request> {
    while (this.requests.length < n) await new Promise<void>((resolve) => (this.arrived = resolve));
    return this.requests[n - 1];
  }
}

let line: Line;
beforeEach(() => {
  line = new Line();
});

it('sends in order, one request at a time, what came together in one', async () => {
  const queue = new BatchQueue(line, limits);
  const done = Promise.all([queue.offer(items('a')), queue.offer(items('b', 'c', 'd', 'e'))]);
  (await line.request(1)).answer();
  const second = await line.request(2);
  void queue.offer(items('f'));
  expect(line.requests.map(({ ids }) => ids)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
  second.answer();
  expect((await done).map(shown)).toEqual([
    ['a accepted'],
    ['b accepted', 'c accepted', 'd accepted', 'e accepted'],
  ]);
  const third = await line.request(3);
  expect(third.ids).toEqual(['f']);
  third.answer();
});

it('keeps to the bytes of a request, and lets a larger event go alone', async () => {
  const queue = new BatchQueue(line, limits);
  void queue.offer([
    { id: 'a', bytes: 60 },
    { id: 'b', bytes: 60 },
    { id: 'c', bytes: 500 },
    { id: 'd', bytes: 1 },
  ]);
  for (const n of [1, 2, 3, 4]) (await line.request(n)).answer();
  expect(line.requests.map(({ ids }) => ids)).toEqual([['a'], ['b'], ['c'], ['d']]);
});

it('parts what may not stand together', async () => {
  const together = (first: Item, other: Item) => first.id[0] === other.id[0];
  const queue = new BatchQueue({ send: line.send, together }, limits);
  void queue.offer(items('a1', 'a2', 'b1', 'a3'));
  for (const n of [1, 2, 3]) (await line.request(n)).answer();
  expect(line.requests.map(({ ids }) => ids)).toEqual([['a1', 'a2'], ['b1'], ['a3']]);
});

it('gives back what does not fit, whole, and has room again afterwards', async () => {
  const queue = new BatchQueue(line, limits);
  const eight = queue.offer(items(...'abcdefgh'));
  expect(shown(await queue.offer(items('i', 'j', 'k')))).toEqual([
    'i not-sent queue-full',
    'j not-sent queue-full',
    'k not-sent queue-full',
  ]);
  expect(shown(await queue.offer([{ id: 'big', bytes: 950 }]))).toEqual(['big not-sent queue-full']);
  for (const n of [1, 2, 3]) (await line.request(n)).answer();
  await eight;
  const big = queue.offer([{ id: 'big', bytes: 1_000 }]);
  (await line.request(4)).answer();
  expect(shown(await big)).toEqual(['big accepted']);
});

it('nothing overtakes what failed: what waits behind it is given back', async () => {
  const queue = new BatchQueue(line, limits);
  const first = queue.offer(items('a', 'b', 'c'));
  const second = queue.offer(items('d'));
  (await line.request(1)).fail(new Error('broker away'));
  expect(shown(await first)).toEqual([
    'a unknown broker away',
    'b unknown broker away',
    'c unknown broker away',
  ]);
  expect(shown(await second)).toEqual(['d not-sent behind-a-failure']);
  const again = queue.offer(items('a'));
  (await line.request(2)).answer();
  expect(shown(await again)).toEqual(['a accepted']);
});

it('what is refused for good holds up nothing', async () => {
  const queue = new BatchQueue(line, { ...limits, batchEvents: 1 });
  const first = queue.offer(items('a'));
  const second = queue.offer(items('b'));
  (await line.request(1)).answer([{ status: 'refused', id: 'a', faults: [] }]);
  (await line.request(2)).answer();
  expect([...shown(await first), ...shown(await second)]).toEqual(['a refused', 'b accepted']);
});

it('everything has an outcome in time; a late answer changes nothing, and nothing is sent beside it', async () => {
  const queue = new BatchQueue(line, { ...limits, timeoutMs: 20 });
  const both = Promise.all([queue.offer(items('a', 'b', 'c')), queue.offer(items('d'))]);
  const hanging = await line.request(1);
  expect((await both).map(shown)).toEqual([
    ['a unknown timed-out', 'b unknown timed-out', 'c unknown timed-out'],
    ['d not-sent timed-out'],
  ]);
  const meanwhile = queue.offer(items('e'));
  expect(shown(await meanwhile)).toEqual(['e not-sent timed-out']);
  expect(line.requests).toHaveLength(1);
  hanging.answer();
  const after = queue.offer(items('f'));
  (await line.request(2)).answer();
  expect(shown(await after)).toEqual(['f accepted']);
});

it('tells the sender when nobody waits any more', async () => {
  let aborted: Promise<unknown> | undefined;
  const send = (batch: readonly Item[], { signal }: { signal: AbortSignal }) => {
    aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    return aborted.then(() => accepted(batch));
  };
  const queue = new BatchQueue({ send }, { ...limits, timeoutMs: 10 });
  expect(shown(await queue.offer(items('a')))).toEqual(['a unknown timed-out']);
  await aborted;
});

it('close waits for what was taken, and takes nothing more', async () => {
  const queue = new BatchQueue(line, limits);
  const taken = queue.offer(items('a', 'b', 'c', 'd'));
  let closed = false;
  const closing = queue.close().then(() => (closed = true));
  expect(shown(await queue.offer(items('e')))).toEqual(['e not-sent closed']);
  (await line.request(1)).answer();
  const last = await line.request(2);
  expect(closed).toBe(false);
  last.answer();
  await closing;
  expect((await taken).every(({ status }) => status === 'accepted')).toBe(true);
  await new BatchQueue(line, limits).close();
});

it.each([{ batchEvents: 0 }, { timeoutMs: NaN }])('%j is no limit', (wrong) => {
  expect(() => new BatchQueue(line, { ...limits, ...wrong })).toThrow(TypeError);
});
