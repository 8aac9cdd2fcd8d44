import type { Transaction } from '@posthorn/runtime';
import { deliveryKeys, type DeliveryKey, ofDeliveryKeys, paramsOf } from './attempt-rows.js';
import { arraysOf, type Column, integer, namesOf, rowsOf, text, timestamptz } from './columns.js';
import { type Attempts, attemptKey } from './delivery-failed.js';
import { type FiledAttempt, isBetterRecord } from './delivery.js';
import { keyOf } from './delivery-writes.js';
import { addHistogram, count, type Histogram } from './histogram.js';
import { storable } from './sql-values.js';

export const minuteMs = 60_000;

export type Counts = { delivered: number; failed: number; attempts: number; latency: Histogram };
/** An empty `subscriptionId` is the whole tenant. */
type Place = { tenantId: string; subscriptionId: string; atMs: number };
export type Counted = Counts & Place;

/** What matters of an attempt, here and in its row. */
type Told = Pick<FiledAttempt, 'outcome' | 'final' | 'startedAt' | 'durationMs'>;

/** Attempts that stood in the log before this batch, by `attemptKey`. */
export type Before = ReadonlyMap<string, Told>;

/**
 * Of deliveries that were known before: each pair of delivery and attempt is counted once, whoever told of it
 * how often.
 */
export async function attemptsBefore(tx: Transaction, deliveries: readonly DeliveryKey[]): Promise<Before> {
  if (deliveries.length === 0) return new Map();
  const rows = await tx.query<Told & DeliveryKey & { attempt: number }>(
    `SELECT a.delivery_id AS "deliveryId", a.day - date '1970-01-01' AS day, a.attempt, a.outcome, a.final,
            (extract(epoch FROM a.started_at) * 1000)::float8 AS "startedAt", a.duration_ms AS "durationMs"
       FROM attempts a, ${deliveryKeys} WHERE ${ofDeliveryKeys('a')}`,
    paramsOf(deliveries),
  );
  return new Map(rows.map((row) => [attemptKey(row), row]));
}

/**
 * What a batch adds, by subscription and minute: the one in which an attempt ended. An attempt counts as
 * delivered or as failed for good by its own outcome, so the sums are the same however the log was cut into
 * batches; where a better record of it comes, the first one is taken back.
 */
export function countsOf(attempts: Attempts, before: Before): Counted[] {
  const counted = new Map<string, Counted>();
  const add = (attempt: FiledAttempt, { outcome, final, startedAt, durationMs }: Told, by: 1 | -1): void => {
    const { tenantId, subscriptionId } = attempt;
    const counts = sumIn(counted, { tenantId, subscriptionId, atMs: startedAt + durationMs }, 'minute');
    counts.attempts += by;
    if (outcome === 'delivered') counts.delivered += by;
    else if (final && outcome !== 'cancelled') counts.failed += by;
    count(counts.latency, durationMs, by);
  };
  for (const attempt of attempts.values()) {
    // No attempt: the delivery ended without one.
    if (attempt.attempt === 0) continue;
    const known = before.size > 0 ? before.get(attemptKey(attempt)) : undefined;
    if (known && !isBetterRecord(attempt, known)) continue;
    if (known) add(attempt, known, -1);
    add(attempt, attempt, 1);
  }
  return [...counted.values()];
}

export const nothing = (): Counts => ({ delivered: 0, failed: 0, attempts: 0, latency: [] });

export function addCounts(to: Counts, other: Counts): void {
  to.delivered += other.delivered;
  to.failed += other.failed;
  to.attempts += other.attempts;
  addHistogram(to.latency, other.latency);
}

const columns: readonly Column<Counted>[] = [
  text('tenant_id', ({ tenantId }) => storable(tenantId)),
  text('subscription_id', ({ subscriptionId }) => storable(subscriptionId)),
  timestamptz('at', ({ atMs }) => atMs),
  integer('delivered', ({ delivered }) => delivered),
  integer('failed', ({ failed }) => failed),
  integer('attempts', ({ attempts }) => attempts),
  text('latency', ({ latency }) => `{${latency.join(',')}}`),
];
const names = namesOf(columns);
const values = names.replace('latency', 'latency::integer[]');

/** In the transaction of what they count, without looking for anything: a moment later they are folded. */
export async function insertDeltas(tx: Transaction, counted: readonly Counted[]): Promise<void> {
  if (counted.length === 0) return;
  await tx.query(
    `INSERT INTO statistics_deltas (${names}) SELECT ${values} FROM ${rowsOf(columns)}`,
    arraysOf(columns, counted),
  );
}

export const steps = ['minute', 'hour', 'day'] as const;
export type Step = (typeof steps)[number];
export const stepMs: Record<Step, number> = {
  minute: minuteMs,
  hour: 60 * minuteMs,
  day: 24 * 60 * minuteMs,
};

/** By a key that puts all who write them into one order. */
export type Sums = ReadonlyMap<string, Counted>;

/** By subscription and by tenant, in minutes. */
export function summed(counted: Iterable<Counted>): Sums {
  const sums = new Map<string, Counted>();
  for (const one of counted) {
    addCounts(sumIn(sums, one, 'minute'), one);
    const { tenantId, atMs } = one;
    addCounts(sumIn(sums, { tenantId, subscriptionId: '', atMs }, 'minute'), one);
  }
  return sums;
}

/** Of sums in shorter steps. */
export function regrouped(shorter: Sums, step: Step): Sums {
  const sums = new Map<string, Counted>();
  for (const one of shorter.values()) addCounts(sumIn(sums, one, step), one);
  return sums;
}

/** The sum that counts what happened then. */
function sumIn(sums: Map<string, Counted>, place: Place, step: Step): Counted {
  const { tenantId, subscriptionId } = place;
  const atMs = Math.floor(place.atMs / stepMs[step]) * stepMs[step];
  const key = `${tenantId}\n${subscriptionId}\n${atMs}`;
  let sum = sums.get(key);
  if (!sum) sums.set(key, (sum = { tenantId, subscriptionId, atMs, ...nothing() }));
  return sum;
}

/** In one order for all, so that no two who write wait for each other. */
export async function addToStatistics(tx: Transaction, step: Step, sums: Sums): Promise<void> {
  const sorted = [...sums.keys()].sort().map((key) => sums.get(key)!);
  await tx.query(
    `INSERT INTO statistics_${step}s AS known (${names}) SELECT ${values} FROM ${rowsOf(columns)}
     ON CONFLICT (tenant_id, subscription_id, at) DO UPDATE
       SET delivered = known.delivered + excluded.delivered, failed = known.failed + excluded.failed,
           attempts = known.attempts + excluded.attempts, latency = histogram_sum(known.latency, excluded.latency)`,
    arraysOf(columns, sorted),
  );
}

/** Of deliveries that were there before this batch. */
export function knownOf(attempts: Attempts, known: ReadonlySet<string>): DeliveryKey[] {
  const keys = new Map<string, DeliveryKey>();
  for (const attempt of attempts.values()) if (known.has(keyOf(attempt))) keys.set(keyOf(attempt), attempt);
  return [...keys.values()];
}
