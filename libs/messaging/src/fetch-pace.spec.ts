import { jest } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { FetchPace, type FetchedPartition, patientMs, quickWaitMs } from './fetch-pace.js';

type Request = { maxWaitTime: number; topics: { topic: string }[] };
type Pending = { request: Request; answer: (records: number) => void; fail: (error: Error) => void };

/** What kafkajs does around a fetch, and a broker that answers when it is told to. */
class World {
  reading = true;
  restless = false;
  topics = ['logs'];
  heartbeatDueMs = Infinity;
  asked = 0;
  readonly begun: string[] = [];
  readonly told: { partitions: FetchedPartition[]; sentMs: number }[] = [];
  readonly failures: string[] = [];
  readonly pending: Pending[] = [];
  readonly pace: FetchPace;
  private readonly broker = {
    nodeId: 1,
    fetch: (request: Request) =>
      new Promise((resolve, fail) => {
        const answer = (records: number) => {
          const messages = new Array<unknown>(records).fill({});
          const partitions = [{ partition: 3, lastStableOffset: '42', messages }];
          resolve({ responses: [{ topicName: 'logs', partitions }] });
        };
        this.pending.push({ request, answer, fail });
      }),
  };
  private readonly cluster = {
    refreshMetadataIfNecessary: async () => void this.asked++,
    findBroker: async () => this.broker,
  } as unknown as Cluster;

  constructor(gatherMs = 0, patientTopics: readonly string[] = []) {
    this.pace = new FetchPace(
      { maxWaitMs: 500, gatherMs, patientTopics },
      {
        isReading: () => this.reading,
        isRestless: () => this.restless,
        heartbeatDueMs: () => this.heartbeatDueMs,
        begins: (nodeId) => void this.begun.push(nodeId),
        answered: (partitions, sentMs) => void this.told.push({ partitions, sentMs }),
        failed: (error) => void this.failures.push(String(error)),
      },
    );
    this.pace.apply(this.cluster);
  }

  async fetch(): Promise<number> {
    this.pace.fetchStarts('1');
    await this.cluster.refreshMetadataIfNecessary();
    if (!this.reading) return 0;
    const broker = (await this.cluster.findBroker({ nodeId: '1' })) as unknown as typeof this.broker;
    const topics = this.topics.map((topic) => ({ topic }));
    const request = { maxWaitTime: quickWaitMs, topics };
    const { responses } = (await broker.fetch(request)) as { responses: unknown[] };
    return responses.length;
  }

  /** The wait with which the next fetch goes out. */
  async waitMs(): Promise<number | undefined> {
    const fetched = this.fetch();
    await jest.advanceTimersByTimeAsync(0);
    const sent = this.pending.shift();
    sent?.answer(0);
    await fetched;
    return sent?.request.maxWaitTime;
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('waits long at the broker, and briefly while something may have to go on any moment', async () => {
  const world = new World();
  expect(await world.waitMs()).toBe(500);
  world.restless = true;
  expect(await world.waitMs()).toBe(quickWaitMs);
  world.restless = false;
  world.pace.moved();
  expect(await world.waitMs()).toBe(quickWaitMs);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await world.waitMs()).toBe(500);
});

it('is back when a heartbeat is due', async () => {
  const world = new World();
  world.heartbeatDueMs = performance.now() + 200;
  expect(await world.waitMs()).toBe(210);
  await jest.advanceTimersByTimeAsync(300);
  expect(await world.waitMs()).toBe(quickWaitMs);
});

it('sleeps while everything is paused, until something is resumed', async () => {
  const world = new World();
  world.reading = false;
  const slept = world.fetch();
  await jest.advanceTimersByTimeAsync(499);
  expect(world.asked).toBe(0);
  await jest.advanceTimersByTimeAsync(1);
  await slept;
  expect(world.asked).toBe(1);

  void world.fetch();
  await jest.advanceTimersByTimeAsync(10);
  expect(world.begun).toEqual(['1']);
  world.reading = true;
  world.pace.moved();
  await jest.advanceTimersByTimeAsync(0);
  expect([world.begun, world.pending.length]).toEqual([['1', '1'], 1]);
});

it.each([
  ['little', 1, 100],
  ['nothing', 0, 0],
  ['much', 200, 0],
])('after %s, lets come together what comes for %s', async (_, records, gatherMs) => {
  const world = new World(100);
  const first = world.fetch();
  await jest.advanceTimersByTimeAsync(0);
  world.pending.shift()?.answer(records);
  await first;
  const sentMs = performance.now();
  void world.fetch();
  while (world.pending.length === 0) await jest.advanceTimersByTimeAsync(1);
  expect(performance.now() - sentMs).toBeCloseTo(gatherMs, -1);
});

it('lets a flow of records gather for five milliseconds, and no trickle', async () => {
  const world = new World();
  const answered = async (records: number) => {
    const fetched = world.fetch();
    const sentMs = performance.now();
    await jest.advanceTimersByTimeAsync(0);
    while (world.pending.length === 0) await jest.advanceTimersByTimeAsync(1);
    const waitedMs = performance.now() - sentMs;
    await jest.advanceTimersByTimeAsync(10);
    world.pending.shift()?.answer(records);
    await fetched;
    return Math.round(waitedMs);
  };
  await answered(50);
  // 9 records in 10 ms are a trickle; 50 are a flow, and 200 are worth a fetch as they are.
  expect([await answered(9), await answered(50), await answered(200), await answered(9)]).toEqual([
    0, 0, 5, 0,
  ]);
});

it('asks for a patient topic seldom while others bring something, and for that alone at once', async () => {
  const world = new World(0, ['due']);
  world.topics = ['events', 'due'];
  const asked = async (answeredAfterMs: number) => {
    const fetched = world.fetch();
    await jest.advanceTimersByTimeAsync(answeredAfterMs);
    const { request, answer } = world.pending.shift()!;
    answer(1);
    await fetched;
    return [request.topics.map(({ topic }) => topic).join(), request.maxWaitTime];
  };
  expect(await asked(10)).toEqual(['events,due', 500]);
  expect(await asked(20)).toEqual(['events', patientMs]);
  expect(await asked(patientMs - 30)).toEqual(['events', patientMs]);
  expect(await asked(10)).toEqual(['events,due', 500]);
  world.topics = ['due'];
  expect(await asked(10)).toEqual(['due', 500]);
  // Where little comes, everything is asked for each time.
  world.topics = ['events', 'due'];
  await jest.advanceTimersByTimeAsync(patientMs);
  expect([await asked(patientMs), await asked(patientMs)]).toEqual([
    ['events,due', 500],
    ['events,due', 500],
  ]);
});

it('waits as long as ever, answer upon answer, where there is no patient topic', async () => {
  const world = new World();
  expect([await world.waitMs(), await world.waitMs(), await world.waitMs()]).toEqual([500, 500, 500]);
});

it('says where the logs end as of the moment it asked', async () => {
  const world = new World();
  const askedMs = performance.now();
  const fetched = world.fetch();
  await jest.advanceTimersByTimeAsync(30);
  world.pending.shift()?.answer(5);
  await fetched;
  const partitions = [{ topic: 'logs', partition: 3, stableEnd: 42 }];
  expect(world.told).toEqual([{ partitions, sentMs: askedMs }]);
});

it('says nothing of a fetch that failed', async () => {
  const world = new World();
  const failed = world.fetch().catch(String);
  await jest.advanceTimersByTimeAsync(0);
  world.pending.shift()?.fail(new Error('gone'));
  expect([await failed, world.told]).toEqual(['Error: gone', []]);
});

it('gives up what it waits for when the consumer stops', async () => {
  const world = new World();
  const fetched = world.fetch();
  await jest.advanceTimersByTimeAsync(0);
  world.pace.stop();
  expect(await fetched).toBe(0);
  world.pending.shift()?.fail(new Error('closed'));
  world.reading = false;
  const slept = world.fetch();
  world.pace.stop();
  await slept;
  world.reading = true;
  const late = world.fetch();
  await jest.advanceTimersByTimeAsync(quickWaitMs);
  expect([await late, world.pending.length]).toEqual([0, 0]);
  expect([world.told, world.asked]).toEqual([[], 3]);
});

it('keeps no connection waiting: only what a fetch asks is held back', async () => {
  const world = new World();
  world.reading = false;
  const cluster = { refreshMetadataIfNecessary: async () => 'fresh', findBroker: async () => undefined };
  world.pace.apply(cluster as unknown as Cluster);
  expect(await cluster.refreshMetadataIfNecessary()).toBe('fresh');
});
