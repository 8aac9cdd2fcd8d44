import type { ServerResponse } from 'node:http';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { type AttemptMessage, attemptsTopic, decodeAttempts } from '@posthorn/contracts';
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
    const end = (await this.ends([partition])).get(partition) ?? 0;
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
      for (const partition of partitions) await this.serve(partition, ends.get(partition) ?? 0);
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
      if (now - openedAt > lifetimeMs || !mayGoOn(stream, now)) out.end();
      else if (out.writableLength > 0 && now - wroteAt > stuckMs) out.destroy();
    }
    for (const stream of this.streams)
      if (now - stream.wroteAt > quietMs && stream.out.writableLength === 0) this.write(stream, ':\n\n');
  }

  /** How far the projection has come, by partition: one query, however many streams there are. */
  private async ends(partitions: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.database.query<{ partition: number; next: string }>(
      'SELECT partition, next FROM projection_offsets WHERE topic = $1 AND partition = ANY($2::int[])',
      [attemptsTopic.name, partitions],
    );
    return new Map(rows.map(({ partition, next }) => [partition, Number(next)]));
  }

  private async serve(partition: number, end: number): Promise<void> {
    for (let i = 0; i < readsPerPoll; i++) {
      const waiting = [...this.streams].filter(
        (stream) => stream.partition === partition && wants(stream, end),
      );
      if (waiting.length === 0) return;
      const positions = waiting.map(({ position }) => position);
      const from = i === 0 ? Math.max(...positions) : Math.min(...positions);
      const read = await this.reader.readOnce(attemptsTopic.name, partition, from, end);
      if (read.kind === 'end') return;
      const next = read.kind === 'expired' ? read.low : Math.min(read.next, end);
      const records = read.kind === 'records' ? read.records : [];
      const readers = waiting.filter(({ position }) => position >= from && position < next);
      await this.tell(readers, records, end);
      for (const stream of readers) stream.position = next;
      if (next === from) return;
    }
  }

  private async tell(readers: readonly Stream[], records: readonly InRecord[], end: number): Promise<void> {
    for (const tenantId of new Set(readers.map((stream) => stream.tenantId))) {
      const streams = readers.filter((stream) => stream.tenantId === tenantId);
      const from = Math.min(...streams.map(({ position }) => position));
      const told = records.flatMap((record) =>
        record.offset >= from && record.offset < end ? attemptOf(record, tenantId) : [],
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

/** The key of an attempt is its tenant: most records need not be decoded to know that nobody asks. */
function attemptOf({ key, value, offset }: InRecord, tenantId: string): Told[] {
  if (key && key.toString('utf8') !== tenantId) return [];
  try {
    const message = decodeAttempts(value);
    return message.kind === 'attempt' && message.tenantId === tenantId ? [{ offset, message }] : [];
  } catch {
    // What cannot be decoded was rejected by the projection.
    return [];
  }
}
