import {
  type BatchProducer,
  type KafkaBatchServer,
  type KafkaConnection,
  settledWithin,
} from '@posthorn/messaging';
import type { Pool } from 'pg';
import { commonMetrics } from './common-metrics.js';
import type { Buckets, Metrics } from './metrics.js';

/** Ends of logs are asked for at most this often, however often somebody looks. */
const endsKeptMs = 5_000;
/** Whoever looks waits so long for Kafka; then the ends stand that are known. */
const endsWithinMs = 500;

type Bounds = Map<number, { low: number; high: number }>;
type Consumer = Pick<KafkaBatchServer, 'progress' | 'handedOver'>;

/**
 * What a consumer reads, and how far it is behind: by the log's own end, which also moves while nothing is
 * fetched.
 */
export function observeConsumer(
  metrics: Metrics,
  { kafka, server, group }: { kafka: Pick<KafkaConnection, 'endOffsets'>; server: Consumer; group: string },
): void {
  const attributesOf = (topic: string) => ({
    'messaging.consumer.group.name': group,
    'messaging.destination.name': topic,
  });
  metrics.observe(commonMetrics.consumed, (observe) => {
    for (const [topic, records] of server.handedOver) observe(records, attributesOf(topic));
  });
  const lags = lagReader(kafka, server);
  metrics.observe(commonMetrics.lag, async (observe) => {
    for (const [topic, { records }] of await lags()) observe(records, attributesOf(topic));
  });
  metrics.observe(commonMetrics.lagAge, async (observe) => {
    for (const [topic, { ageMs }] of await lags()) observe(ageMs / 1_000, attributesOf(topic));
  });
}

type Lag = { records: number; ageMs: number };

/** Since when partitions, of which nothing was read yet, have had something to read. */
export type Unread = Map<string, number>;

function lagReader(
  kafka: Pick<KafkaConnection, 'endOffsets'>,
  server: Consumer,
): () => Promise<Map<string, Lag>> {
  let ends = new Map<string, Bounds>();
  let endsAt = -Infinity;
  let asking: Promise<void> | undefined;
  const unreadSince: Unread = new Map();
  const ask = async (): Promise<void> => {
    const topics = [...new Set(server.progress.map(({ topic }) => topic))];
    const all = await Promise.all(topics.map((topic) => kafka.endOffsets(topic)));
    ends = new Map(topics.map((topic, at) => [topic, all[at]!]));
    endsAt = performance.now();
  };
  return async () => {
    if (performance.now() - endsAt > endsKeptMs) {
      // One question at a time, however often somebody looks while Kafka is away.
      asking ??= ask()
        .catch(() => undefined)
        .finally(() => (asking = undefined));
      await settledWithin(endsWithinMs, asking);
    }
    return lagsOf(server, ends, unreadSince);
  };
}

export function lagsOf(server: Consumer, ends: Map<string, Bounds>, unreadSince: Unread): Map<string, Lag> {
  const lags = new Map<string, Lag>();
  const now = Date.now();
  const nothingRead = new Set<string>();
  for (const { topic, partition, position, readUpToMs } of server.progress) {
    const end = ends.get(topic)?.get(partition);
    if (!end) continue;
    const lag = lags.get(topic) ?? { records: 0, ageMs: 0 };
    lags.set(topic, lag);
    // Where it is to begin is not known yet: how much is unread is not either, but that it waits is.
    const unread = end.high - Math.max(position ?? end.low, end.low);
    if (unread <= 0) continue;
    if (position !== undefined) lag.records += unread;
    const key = `${topic}/${partition}`;
    if (readUpToMs === 0) nothingRead.add(key);
    if (readUpToMs === 0 && !unreadSince.has(key)) unreadSince.set(key, now);
    lag.ageMs = Math.max(lag.ageMs, now - (readUpToMs || unreadSince.get(key)!));
  }
  for (const key of unreadSince.keys()) if (!nothingRead.has(key)) unreadSince.delete(key);
  return lags;
}

type Producer = Pick<BatchProducer, 'onBatch' | 'queuedRecords' | 'state'>;

export function observeProducer(metrics: Metrics, producer: Producer, name: string): void {
  const attributes = { 'messaging.client.id': name };
  const sent = metrics.counter(commonMetrics.sent, attributes);
  const refused = metrics.counter(commonMetrics.sent, { ...attributes, 'error.type': 'refused' });
  const operation = { ...attributes, 'messaging.operation.name': 'send' };
  const duration = metrics.histogram(commonMetrics.sendDuration, operation);
  producer.onBatch = (batch) => {
    sent.value += batch.sent;
    refused.value += batch.refused;
    duration.record(batch.durationMs / 1_000);
  };
  metrics.observe(commonMetrics.producerQueued, (observe) => observe(producer.queuedRecords, attributes));
  metrics.observe(commonMetrics.producerUp, (observe) =>
    observe(producer.state === 'up' ? 1 : 0, attributes),
  );
}

/** Answers what to call with every statement or transaction that ended. */
export function observeDatabase(
  metrics: Metrics,
  name: string,
  { max, up, pool }: { max: number; up: () => boolean; pool: () => Pool | undefined },
): (operation: 'query' | 'transaction', beganMs: number, failed: boolean) => void {
  const attributes = { 'db.client.connection.pool.name': name };
  metrics.observe(commonMetrics.databaseConnections, (observe) => {
    const { totalCount = 0, idleCount = 0 } = pool() ?? {};
    observe(idleCount, { ...attributes, 'db.client.connection.state': 'idle' });
    observe(totalCount - idleCount, { ...attributes, 'db.client.connection.state': 'used' });
  });
  metrics.observe(commonMetrics.databaseConnectionsMax, (observe) => observe(max, attributes));
  metrics.observe(commonMetrics.databasePending, (observe) => observe(pool()?.waitingCount ?? 0, attributes));
  metrics.observe(commonMetrics.databaseUp, (observe) => observe(up() ? 1 : 0, attributes));
  const series = (operation: string, failed: boolean): Buckets =>
    metrics.histogram(commonMetrics.databaseDuration, {
      ...attributes,
      'db.operation.name': operation,
      ...(failed ? { 'error.type': '_OTHER' } : {}),
    });
  const all = {
    query: { ok: series('query', false), failed: series('query', true) },
    transaction: { ok: series('transaction', false), failed: series('transaction', true) },
  };
  return (operation, beganMs, failed) =>
    all[operation][failed ? 'failed' : 'ok'].record((performance.now() - beganMs) / 1_000);
}

type Projection = { readonly delayMs: number; readonly buffered: number };

/** Answers what to call with every batch that was applied, and with every record that was rejected. */
export function observeProjection(
  metrics: Metrics,
  name: string,
  projection: Projection,
): { applied(records: number, durationMs: number): void; rejected(): void } {
  const attributes = { 'posthorn.projection': name };
  metrics.observe(commonMetrics.projectionDelay, (observe) =>
    observe(projection.delayMs / 1_000, attributes),
  );
  metrics.observe(commonMetrics.projectionBuffered, (observe) => observe(projection.buffered, attributes));
  const applied = metrics.counter(commonMetrics.projectionApplied, attributes);
  const batches = metrics.histogram(commonMetrics.projectionBatch, attributes);
  const rejected = metrics.counter(commonMetrics.projectionRejected, attributes);
  return {
    applied: (records, durationMs) => {
      applied.value += records;
      batches.record(durationMs / 1_000);
    },
    rejected: () => rejected.add(),
  };
}
