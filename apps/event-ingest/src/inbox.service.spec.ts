import {
  decodeEvents,
  decodeRejected,
  type EventMessage,
  eventsTopic,
  type RejectedMessage,
} from '@posthorn/contracts';
import { type KafkaConnection, type OutRecord, type RecordBatch, RecordRefused } from '@posthorn/messaging';
import { HealthRegistry, createLogger, Metrics, Spans } from '@posthorn/runtime';
import { waitFor } from '@posthorn/testing';
import type { AckWait } from './ack-wait.js';
import type { DirectoryClient } from './directory.client.js';
import { EventIngestService } from './event-ingest.service.js';
import type { EventLog } from './event-log.client.js';
import { InboxService } from './inbox.service.js';
import { IngestSpans } from './ingest-spans.js';
import { IngestMetrics } from './metrics.js';

/** Kafka and the directory as the test says; what is offered stays until the test settles it. */
class World {
  tenants = new Set(['t']);
  usable = true;
  partitions = 4;
  roomFor = Infinity;
  readAsOfMs = -Infinity;
  reads: ((known: boolean) => void)[] = [];
  offered: OutRecord[] = [];
  committed = new Map<number, number>();
  paused = new Set<number>();
  readonly metrics = new IngestMetrics(new Metrics());
  readonly spans = new IngestSpans(new Spans(undefined, 0));
  readonly health = new HealthRegistry();
  joined = true;
  readonly service: InboxService;

  constructor() {
    const world = (): World => this;
    const directory = {
      get usable() {
        return world().usable;
      },
      get readAsOfMs() {
        return world().readAsOfMs;
      },
      tenant: (id: string) => (world().tenants.has(id) ? { id, profile: 'standard', name: id } : undefined),
      readToEnd: () => new Promise<boolean>((resolve) => world().reads.push(resolve)),
      payloadFaults: () => undefined,
    } as unknown as DirectoryClient;
    const log = {
      get partitions() {
        return world().partitions;
      },
      get inboxHasRoom() {
        return world().offered.length < world().roomFor / 2;
      },
      offerFromInbox: (record: OutRecord) =>
        world().offered.length < world().roomFor && world().offered.push(record) > 0,
    } as unknown as EventLog;
    const kafka = { topicName: (name: string) => `p.${name}` } as KafkaConnection;
    const logger = createLogger({ logLevel: 'silent' }, 'test');
    const ingest = new EventIngestService(directory, log, {} as AckWait, this.metrics, this.spans);
    this.service = new InboxService(ingest, directory, log, kafka, logger, this.health);
    this.service.attach({
      get ready() {
        return world().joined;
      },
      pause: (parts) => parts.forEach(({ partition }) => this.paused.add(partition)),
      resume: (parts) => parts.forEach(({ partition }) => this.paused.delete(partition)),
      resumeWithin: () => undefined,
      commit: (_topic, partition, next) => this.committed.set(partition, next),
    });
  }

  give(partition: number, first: number, values: (string | Buffer)[], next = first + values.length): void {
    const records = values.map((value, i) => ({
      offset: first + i,
      key: null,
      value: Buffer.from(value),
      headers: {},
      timestamp: 0,
    }));
    const batch: RecordBatch = {
      topic: 'inbox.v1',
      partition,
      records,
      next,
      highWatermark: next,
      isStale: () => false,
    };
    this.service.take(batch);
  }

  /** Acknowledges, or refuses, the oldest offers. */
  settle(count: number, error: Error | null = null): void {
    for (const { done } of this.offered.splice(0, count)) done!(error, error ? -1 : 0);
  }

  offers(count: number): Promise<unknown> {
    return waitFor(() => this.offered.length >= count, {
      message: () => `${count}, not ${this.offered.length} offers`,
    });
  }

  get eventIds(): string[] {
    return this.offered
      .filter(({ topic }) => topic === eventsTopic.name)
      .map(({ value }) => entityOf(value as Buffer));
  }

  get rejections(): RejectedMessage[] {
    return this.offered
      .filter(({ topic }) => topic === 'rejected.v1')
      .map(({ value }) => decodeRejected(value as Buffer));
  }
}

const entityOf = (value: Buffer) => (decodeEvents(value) as EventMessage).entity!.id;
const event = (id: string, tenantId = 't') =>
  JSON.stringify({ tenantId, type: 'a', timestamp: '2026-04-15T10:00:01Z', entity: { name: 'e', id } });
const events = (count: number, tenantId = 't') =>
  [...Array(count).keys()].map((i) => event(`${i}`, tenantId));

/** Longer than the time between two commits. */
const aCommit = () => new Promise((resolve) => setTimeout(resolve, 350));

let world: World;
beforeEach(() => (world = new World()));
afterEach(async () => {
  world.settle(Infinity);
  world.service.revoked([0, 1].map((partition) => ({ partition })));
});

it('commits the contiguous part of what is acknowledged', async () => {
  world.give(0, 10, events(5));
  await world.offers(5);
  const [first, second, third] = world.offered.splice(0, 3);
  third.done!(null, 1);
  second.done!(null, 1);
  await aCommit();
  expect(world.committed.size).toBe(0);
  first.done!(null, 1);
  await waitFor(() => world.committed.get(0) === 13);
  world.settle(2);
  await waitFor(() => world.committed.get(0) === 15);
});

it('commits beyond markers that follow the last record', async () => {
  world.give(0, 10, events(2), 20);
  await world.offers(2);
  world.settle(2);
  await waitFor(() => world.committed.get(0) === 20);
});

it('a tenant nobody knows stops neither other partitions nor, for long, its own', async () => {
  world.give(0, 0, [event('a'), event('b', 'nobody'), event('c')]);
  world.give(1, 0, events(3));
  await world.offers(4);
  await waitFor(() => world.reads.length === 1);
  expect(world.eventIds.sort()).toEqual(['0', '1', '2', 'a']);
  world.readAsOfMs = performance.now();
  world.reads[0](true);
  await world.offers(6);
  expect(world.rejections.map(({ offset, code }) => [offset, code])).toEqual([[1, 'unknown-tenant']]);
  expect(world.eventIds).toContain('c');
});

it('a tenant that turns up in time is taken', async () => {
  world.give(0, 0, [event('a', 'young')]);
  await waitFor(() => world.reads.length === 1);
  world.tenants.add('young');
  world.reads[0](true);
  await world.offers(1);
  expect(world.eventIds).toEqual(['a']);
});

it('many records of unknown tenants ask for the directory once', async () => {
  world.give(0, 0, events(500, 'nobody'));
  await waitFor(() => world.reads.length === 1);
  world.readAsOfMs = performance.now();
  world.reads[0](true);
  await world.offers(500);
  expect(world.reads).toHaveLength(1);
  expect(world.rejections).toHaveLength(500);
});

it('an unknown tenant is not rejected as long as nobody can tell that it is one', async () => {
  world.give(0, 0, [event('a', 'nobody')]);
  for (let asked = 1; asked <= 2; asked++) {
    await waitFor(() => world.reads.length === asked);
    world.reads[asked - 1](false);
  }
  await waitFor(() => world.reads.length === 3);
  expect(world.offered).toEqual([]);
  world.readAsOfMs = performance.now();
  world.reads[2](true);
  await world.offers(1);
  expect(world.rejections).toHaveLength(1);
});

it.each<[string, (usable: boolean) => void]>([
  ['the directory is known', (usable) => (world.usable = usable)],
  ['the partitions of events are known', (usable) => (world.partitions = usable ? 4 : 0)],
])('waits until %s', async (_what, set) => {
  set(false);
  world.give(0, 0, events(2));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(world.offered).toEqual([]);
  set(true);
  await world.offers(2);
});

it('pauses a partition that is ahead of the producer, resumes it below half, keeps all in order', async () => {
  world.roomFor = 100;
  world.give(0, 0, events(900));
  await world.offers(100);
  expect(world.paused.has(0)).toBe(false);
  world.give(0, 900, events(900));
  expect(world.paused.has(0)).toBe(true);
  const seen: string[] = [];
  let resumedAt: number | undefined;
  while (seen.length < 1_800) {
    await waitFor(() => world.offered.length > 0);
    seen.push(...world.eventIds);
    world.settle(Infinity);
    if (!world.paused.has(0)) resumedAt ??= seen.length;
  }
  expect(seen).toEqual(
    [...events(900), ...events(900)].map((text) => (JSON.parse(text) as EventMessage).entity!.id),
  );
  expect(resumedAt).toBeGreaterThan(1_000);
  expect(resumedAt).toBeLessThan(1_800);
  await waitFor(() => world.committed.get(0) === 1_800);
}, 20_000);

it('pauses for large records before they are many', () => {
  world.roomFor = 0;
  const large = event('x'.repeat(150));
  const padded = Buffer.concat([Buffer.from(large), Buffer.alloc(200 * 1024, ' ')]);
  world.give(0, 0, [padded, padded]);
  expect(world.paused.has(0)).toBe(false);
  world.give(0, 2, [padded]);
  expect(world.paused.has(0)).toBe(true);
});

it('an event that Kafka refuses is rejected in its place, and no record is settled twice', async () => {
  world.give(0, 0, events(2));
  await world.offers(2);
  world.settle(1, new RecordRefused('too large'));
  await world.offers(2);
  expect(world.rejections).toMatchObject([{ offset: 0, code: 'refused-by-kafka', reason: 'too large' }]);
  await aCommit();
  expect(world.committed.size).toBe(0);
  world.settle(2);
  await waitFor(() => world.committed.get(0) === 2);
});

it('a rejection that Kafka refuses too is given up, so that the partition goes on', async () => {
  world.give(0, 0, ['broken', event('a')]);
  await world.offers(2);
  world.settle(1, new RecordRefused('too large'));
  world.settle(1);
  await waitFor(() => world.committed.get(0) === 2);
});

it('what was not written when the producer stopped is not committed', async () => {
  world.give(0, 0, events(2));
  await world.offers(2);
  world.settle(2, new Error('stopped'));
  await aCommit();
  expect(world.committed.size).toBe(0);
});

it('acknowledgements of a partition that went do not touch its next stay', async () => {
  world.give(0, 0, events(2));
  await world.offers(2);
  const old = world.offered.splice(0);
  world.service.revoked([{ partition: 0 }]);
  world.give(0, 1, events(1));
  await world.offers(1);
  for (const { done } of old) done!(null, 0);
  await aCommit();
  expect(world.committed.size).toBe(0);
  world.settle(1);
  await waitFor(() => world.committed.get(0) === 2);
});

it('draining waits for what is on its way, commits it, and begins nothing', async () => {
  world.roomFor = 1;
  world.give(0, 0, events(3));
  await world.offers(1);
  const drained = world.service.drain();
  setTimeout(() => world.settle(1), 50);
  await drained;
  expect(world.committed.get(0)).toBe(1);
  world.give(0, 3, events(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(world.offered).toEqual([]);
});

it('outside of its group it says so, and leaves the process ready for requests', async () => {
  expect(await world.health.reportReady()).toEqual({ ok: true, checks: { 'event-ingest.inbox': 'ok' } });
  world.joined = false;
  expect(await world.health.reportReady()).toEqual({
    ok: true,
    checks: { 'event-ingest.inbox': 'not a member of the group yet' },
  });
});
