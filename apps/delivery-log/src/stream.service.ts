import type { ServerResponse } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type AttemptMessage, attemptsTopic, decodeAttempts, eventsTopic } from '@posthorn/contracts';
import { type InRecord, KafkaConnection, type LogReader, partitionFor } from '@posthorn/messaging';
import { AppError, Database, LOGGER, type Logger } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { DeliveryStore } from './delivery.store.js';
import { STREAM_READER } from './log-reader.js';
import { streamed } from './stream.js';

const pollMs = 200;
const ofTenantMax = 20;
/** Fetches of a partition at a time: streams at the log's end first, then those that go on from the past. */
const readsPerPoll = 4;
/** Who has so much to take is given no more: what follows stays in the log. */
const unsentMaxBytes = 256 * 1024;
const quietMs = 15_000;
const stuckMs = 60_000;
/** After that it is asked again whether its caller may. */
const askMs = 5_000;
/** Then it connects again. */
const lifetimeMs = 5 * 60_000;
/** A delivery is told when its event is filed, too, as the lists show it; at the latest after that. */
const unfiledMs = 5_000;

type Stream = {
  tenantId: string;
  subscriptionId: string | undefined;
  partition: number;
  /** The next place in `attempts` to tell of. */
  position: number;
  out: ServerResponse;
  /** Ends with the caller's key or session. */
  stillMay: () => boolean;
  askedAt: number;
  wroteAt: number;
  openedAt: number;
};

type Wish = { tenantId: string; subscriptionId?: string; from?: number; stillMay: () => boolean };

type Told = { offset: number; message: AttemptMessage };
/** How far the projections of a partition have come. */
type Ends = { attempts: number; events: number };

/**
 * Live deliveries, as Server-Sent Events. What is told is read from `attempts` itself, as far as the
 * projection has come, so that a stream says the same as the lists; Kafka is its memory. A stream costs no
 * queue, goes on in any instance after any restart, and a slow one waits for nobody and nobody for it.
 */
@Injectable()
export class StreamService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly streams = new Set<Stream>();
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;
  private failures = 0;
  /** By partition: the place that waits for its event, and since when. */
  private readonly unfiled = new Map<number, { offset: number; sinceMs: number }>();
  /** Where nobody ever asks for a stream, nothing is read for one. */
  private reading = false;

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(STREAM_READER) private readonly reader: LogReader,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    for (const { out } of this.streams) out.end();
    this.streams.clear();
    if (this.reading) await this.reader.stop();
    await this.working;
  }

  /** Nothing is answered before there is a place. @throws AppError `too-many-requests`, `unavailable` */
  async open({ tenantId, subscriptionId, from, stillMay }: Wish, begin: () => ServerResponse): Promise<void> {
    const partition = partitionFor(tenantId, await this.kafka.partitionCount(attemptsTopic.name));
    const end = (await this.ends([partition])).get(partition)?.attempts ?? 0;
    if (this.stopped) throw new AppError('unavailable', 'This instance is stopping.', { retryAfterS: 1 });
    if (!this.reading) await this.reader.start();
    this.reading = true;
    // From here on nothing is waited for: two that ask at once find one last place once.
    this.expectRoom(tenantId);
    const out = begin();
    const now = performance.now();
    const position = Math.min(from ?? end, end);
    const times = { askedAt: now, wroteAt: now, openedAt: now };
    const stream = { tenantId, subscriptionId, partition, position, out, stillMay, ...times };
    this.streams.add(stream);
    out.on('close', () => this.streams.delete(stream));
    out.write('retry: 1000\n: hello\n\n');
  }

  private expectRoom(tenantId: string): void {
    const ofTenant = [...this.streams].filter((stream) => stream.tenantId === tenantId).length;
    if (this.streams.size >= this.settings.streamsMax || ofTenant >= ofTenantMax)
      throw new AppError(
        'too-many-requests',
        `At most ${ofTenantMax} streams of a tenant are open at a time.`,
        {
          retryAfterS: 10,
        },
      );
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.poll().finally(() => this.plan());
    }, pollMs);
  }

  private async poll(): Promise<void> {
    if (this.streams.size === 0) return;
    try {
      this.keepAlive();
      const partitions = [...new Set([...this.streams].map(({ partition }) => partition))];
      const ends = await this.ends(partitions);
      for (const [partition, end] of ends) await this.serve(partition, end);
      this.failures = 0;
    } catch (err) {
      if (!this.stopped && this.failures++ % 60 === 0)
        this.logger.warn({ err }, 'live streams cannot go on yet');
    }
  }

  private keepAlive(): void {
    const now = performance.now();
    for (const stream of this.streams) {
      const { out, wroteAt, openedAt } = stream;
      // Also one that was told to end: whoever takes nothing does not take the end either.
      if (out.writableLength > 0 && now - wroteAt > stuckMs) out.destroy();
      else if (!out.writableEnded && (now - openedAt > lifetimeMs || !mayGoOn(stream, now))) out.end();
    }
    for (const stream of this.streams)
      if (now - stream.wroteAt > quietMs && stream.out.writableLength === 0) this.write(stream, ':\n\n');
  }

  /** By partition: one query, however many streams there are. */
  private async ends(partitions: readonly number[]): Promise<Map<number, Ends>> {
    const rows = await this.database.query<{ partition: number; attempts: string; events: string }>(
      `SELECT a.partition, a.next AS attempts, coalesce(e.next, 0) AS events
         FROM projection_offsets a
         LEFT JOIN projection_offsets e ON e.topic = $2 AND e.partition = a.partition
        WHERE a.topic = $1 AND a.partition = ANY($3::int[])`,
      [attemptsTopic.name, eventsTopic.name, partitions],
    );
    return new Map(
      rows.map(({ partition, attempts, events }) => [
        partition,
        { attempts: Number(attempts), events: Number(events) },
      ]),
    );
  }

  private async serve(partition: number, { attempts: end, events }: Ends): Promise<void> {
    for (let i = 0; i < readsPerPoll; i++) {
      const waiting = [...this.streams].filter(
        (stream) => stream.partition === partition && wants(stream, end),
      );
      if (waiting.length === 0) return;
      const positions = waiting.map(({ position }) => position);
      const from = i === 0 ? Math.max(...positions) : Math.min(...positions);
      const read = await this.reader.readOnce(attemptsTopic.name, partition, from, end);
      if (read.kind === 'end') return;
      const readTo = read.kind === 'expired' ? read.low : Math.min(read.next, end);
      const tenants = new Set(waiting.map(({ tenantId }) => tenantId));
      const told = toldOf(read.kind === 'records' ? read.records : [], tenants, { from, end });
      const next = Math.min(readTo, this.unfiledOf(partition, told, events));
      const readers = waiting.filter(({ position }) => position >= from && position < next);
      await this.tell(readers, told, next);
      for (const stream of readers) stream.position = next;
      if (next < readTo || next === from) return;
    }
  }

  /** The first place whose event is not filed yet: another projection does that, mostly a moment before. */
  private unfiledOf(partition: number, told: readonly Told[], events: number): number {
    const offset = told.find(({ message }) => message.seq >= events)?.offset;
    const known = this.unfiled.get(partition);
    const now = performance.now();
    if (offset === undefined) this.unfiled.delete(partition);
    else if (known?.offset !== offset) this.unfiled.set(partition, { offset, sinceMs: now });
    else if (now - known.sinceMs > unfiledMs) return Infinity;
    return offset ?? Infinity;
  }

  private async tell(readers: readonly Stream[], all: readonly Told[], end: number): Promise<void> {
    for (const tenantId of new Set(readers.map((stream) => stream.tenantId))) {
      const streams = readers.filter((stream) => stream.tenantId === tenantId);
      const from = Math.min(...streams.map(({ position }) => position));
      const told = all.filter(
        ({ offset, message }) => message.tenantId === tenantId && offset >= from && offset < end,
      );
      if (told.length === 0) continue;
      const ids = [...new Set(told.map(({ message }) => message.deliveryId))];
      const summaries = await this.deliveries.summaries(tenantId, ids);
      for (const stream of streams) {
        const text = told.map(({ offset, message }) => {
          const delivery = summaries.get(message.deliveryId);
          const isFor =
            stream.subscriptionId === undefined || stream.subscriptionId === message.subscriptionId;
          return delivery && isFor && offset >= stream.position ? streamed(offset, message, delivery) : '';
        });
        this.write(stream, text.join(''));
      }
    }
  }

  private write(stream: Stream, text: string): void {
    if (text === '' || stream.out.writableEnded || stream.out.destroyed) return;
    if (stream.out.writableLength === 0) stream.wroteAt = performance.now();
    stream.out.write(text);
  }
}

function mayGoOn(stream: Stream, now: number): boolean {
  if (now - stream.askedAt < askMs) return true;
  stream.askedAt = now;
  return stream.stillMay();
}

function wants({ position, out }: Stream, end: number): boolean {
  return position < end && out.writableLength < unsentMaxBytes && !out.writableEnded;
}

function toldOf(
  records: readonly InRecord[],
  tenants: ReadonlySet<string>,
  { from, end }: { from: number; end: number },
): Told[] {
  return records.flatMap((record) =>
    record.offset >= from && record.offset < end ? attemptOf(record, tenants) : [],
  );
}

/** The key of an attempt is its tenant: most records need not be decoded to know that nobody asks. */
function attemptOf({ key, value, offset }: InRecord, tenants: ReadonlySet<string>): Told[] {
  if (key && !tenants.has(key.toString('utf8'))) return [];
  try {
    const message = decodeAttempts(value);
    return message.kind === 'attempt' && tenants.has(message.tenantId) ? [{ offset, message }] : [];
  } catch {
    // What cannot be decoded was rejected by the projection.
    return [];
  }
}
