import {
  type AttemptMessage,
  type AttemptsMessage,
  decodeAttempts,
  type ForgetMessage,
  type LaneCancelled,
} from '@posthorn/contracts';
import type { BulkTransaction, ProjectionBatch, SharedHandler, Transaction } from '@posthorn/runtime';
import { deliveryKeys, insertAttempts, ofDeliveryKeys, paramsOf } from './attempt-rows.js';
import { attemptKey, type Attempts, failuresOf } from './delivery-failed.js';
import { DayPartitions, dayMs } from './day-partitions.js';
import {
  deliveryOf,
  type DeliveryState,
  type FiledAttempt,
  isBetterRecord,
  mergeDelivery,
  statusOf,
} from './delivery.js';
import { keyOf, type OnlyAttempts, upsertDeliveries } from './delivery-writes.js';
import { erasedEvents, eventKey, forgetOf } from './erasures.js';
import { filed } from './filing.js';
import { fillForgetOutbox, fillOutbox } from './outbox.js';
import type { RuleBook } from './rule-book.js';
import type { RuleBookStore } from './rule-book.store.js';
import { storable } from './sql-values.js';
import { attemptsBefore, countsOf, insertDeltas, knownOf } from './statistics.js';

/** Of a log that was told before: rows alone, of deliveries that are filed under that day or a later one. */
export type Rebuilding = { rowsOnly: boolean; fromDay: number };

type Told = {
  attempts: AttemptMessage[];
  cancelled: LaneCancelled[];
  /** Of attempts that are not kept, because what they belong to was erased. */
  forgets: ForgetMessage[];
};

/** Of the tenants that a round is about. */
type Tenants = ReadonlyMap<string, { partition: number; book: RuleBook }>;

/**
 * `attempts.v1` into `deliveries` and, where a delivery was more than accepted at once, `attempts`. Safe
 * under repeats and reordering: the highest attempt says what a delivery came to. Attempts may come before
 * their event. What has failed for good is told to tenants that ask for it, and what goes on though it was
 * erased to retry-scheduler, through outboxes.
 */
export class DeliveryProjection implements SharedHandler {
  private readonly days = new DayPartitions();

  constructor(
    private readonly books: RuleBookStore,
    private readonly how: Rebuilding = { rowsOnly: false, fromDay: 0 },
  ) {}

  async apply(batch: ProjectionBatch, tx: BulkTransaction): Promise<void> {
    await this.applyAll([batch], tx);
  }

  async applyAll(batches: readonly ProjectionBatch[], tx: BulkTransaction): Promise<void> {
    try {
      await this.write(batches, tx);
    } catch (err) {
      this.days.forget();
      throw err;
    }
  }

  private async write(batches: readonly ProjectionBatch[], tx: BulkTransaction): Promise<void> {
    const books = await this.books.allForReading(
      tx,
      batches.map(({ partition }) => partition),
    );
    const { told, tenants } = toldBy(batches, books);
    const { attempts, deliveries } = await this.gather(tx, told, tenants);
    const only = onlyAttempts(attempts, deliveries);
    const partitionOf = (tenantId: string): number => tenants.get(tenantId)!.partition;
    const { states, known } = await upsertDeliveries(tx, partitionOf, [...deliveries.values()], only);
    const hasOwnRow = (attempt: FiledAttempt): boolean => {
      const key = keyOf(attempt);
      return known.has(key) || !only.has(key);
    };
    const before = this.how.rowsOnly ? undefined : await attemptsBefore(tx, knownOf(attempts, known));
    await insertAttempts(tx, [...attempts.values()].filter(hasOwnRow));
    if (before) await insertDeltas(tx, countsOf(attempts, before));
    for (const message of told.cancelled) await cancel(tx, message);
    await applyCancellations(tx, states);
    if (this.how.rowsOnly) return;
    await fillForgetOutbox(tx, told.forgets);
    const listens = (tenantId: string): boolean =>
      tenants.get(tenantId)!.book.asks(tenantId, 'posthorn.delivery.failed');
    await fillOutbox(tx, failuresOf(attempts, states, listens, Date.now()));
  }

  /** What a batch tells of each attempt and of each delivery, where there is room for it. */
  private async gather(tx: Transaction, told: Told, tenants: Tenants) {
    const attempts: Attempts = new Map();
    const deliveries = new Map<string, DeliveryState>();
    const days = new Set<number>();
    for (const record of await filed(tx, await withoutErased(tx, told, tenants), this.how.fromDay)) {
      if (record.day < this.how.fromDay) continue;
      days.add(record.day);
      const attempt = attemptKey(record);
      const known = attempts.get(attempt);
      if (!known || isBetterRecord(record, known)) attempts.set(attempt, record);
      const key = keyOf(record);
      const delivery = deliveries.get(key);
      const state = deliveryOf(record);
      deliveries.set(key, delivery ? mergeDelivery(delivery, state) : state);
    }
    const instants = [...days].map((day) => day * dayMs);
    await this.days.ensure(tx, 'deliveries', instants);
    await this.days.ensure(tx, 'attempts', instants);
    return { attempts, deliveries };
  }
}

function toldBy(
  batches: readonly ProjectionBatch[],
  books: ReadonlyMap<number, RuleBook>,
): { told: Told; tenants: Tenants } {
  const told: Told = { attempts: [], cancelled: [], forgets: [] };
  const tenants = new Map<string, { partition: number; book: RuleBook }>();
  for (const { partition, records } of batches) {
    const book = books.get(partition)!;
    for (const { value } of records) {
      const message = decodeAttempts(value);
      const { tenantId, subscriptionId } = message;
      if (book.isGone(tenantId, subscriptionId)) continue;
      const acceptedAt = acceptedAtOf(message);
      if (book.erasures.ofSubscription(tenantId, subscriptionId, acceptedAt)) {
        if (goesOn(message)) told.forgets.push(forgetOf(tenantId, message, acceptedAt + 1));
        continue;
      }
      if (!tenants.has(tenantId)) tenants.set(tenantId, { partition, book });
      if (message.kind === 'lane-cancelled') told.cancelled.push(message);
      else told.attempts.push(message);
    }
  }
  return { told, tenants };
}

/** Or, where that is not told, the nearest to it. */
function acceptedAtOf(message: AttemptsMessage): number {
  return message.kind === 'lane-cancelled' ? message.at : (message.acceptedAt ?? message.startedAt);
}

/** Then retry-scheduler may have the event's bytes, or is about to get them. */
function goesOn(message: AttemptsMessage): message is AttemptMessage {
  return message.kind === 'attempt' && !message.final && message.outcome !== 'delivered';
}

/** An attempt does not say what entity it is about; mostly no tenant has erased any. */
async function withoutErased(
  tx: Transaction,
  { attempts, forgets }: Told,
  tenants: Tenants,
): Promise<readonly AttemptMessage[]> {
  const unsure = attempts.filter(({ tenantId }) =>
    tenants.get(tenantId)!.book.erasures.hasEntities(tenantId),
  );
  const erased = await erasedEvents(tx, unsure);
  if (erased.size === 0) return attempts;
  return attempts.filter((attempt) => {
    const beforeMs = erased.get(eventKey(attempt));
    // Of older dispatchers it is not told: their events are taken to be those that were erased.
    if (beforeMs === undefined || (attempt.acceptedAt ?? 0) >= beforeMs) return true;
    if (goesOn(attempt)) forgets.push(forgetOf(attempt.tenantId, attempt, beforeMs));
    return false;
  });
}

/** Of most deliveries nothing else is ever told: they need no row but their own. */
function onlyAttempts(attempts: Attempts, deliveries: Map<string, DeliveryState>): OnlyAttempts {
  const only = new Map<string, FiledAttempt>();
  for (const attempt of attempts.values()) {
    const { deliveryId, day, outcome, final, message } = attempt;
    if (attempt.attempt !== 1 || outcome !== 'delivered' || !final || message !== undefined) continue;
    const key = keyOf(attempt);
    const isAlone =
      deliveries.get(key)!.attempts === 1 && !attempts.has(attemptKey({ deliveryId, day, attempt: 0 }));
    if (isAlone) only.set(key, attempt);
  }
  return only;
}

/** A replay's lane holds that replay's deliveries, every other lane those made when their events came. */
function replayOfLane(lane: string): string {
  return lane.startsWith('replay/') ? lane.slice('replay/'.length) : '';
}

/**
 * Expired is stronger than cancelled, and the earliest of several ends counts: so neither order nor repeats
 * matter. Whatever an attempt told of an end is stronger, and so is one that was made after the range was
 * given up: somebody had it tried again.
 */
const endedByRange = (ending: string, at: string): string =>
  `status = CASE WHEN 'expired' IN (d.status, ${ending}) THEN 'expired' ELSE 'cancelled' END, next_attempt_at = NULL, finished_at = least(d.finished_at, ${at})`;
const mayEnd = (at: string): string =>
  `d.status IN ('waiting', 'cancelled', 'expired') AND (d.last_attempt_at IS NULL OR d.last_attempt_at <= ${at})`;

/** The range is kept: events that are projected later find in it why nobody sends them. */
async function cancel(tx: Transaction, message: LaneCancelled): Promise<void> {
  const { tenantId, subscriptionId, lane, fromSeq, untilSeq, at, reason } = message;
  const ending = reason === 'expired' ? 'expired' : 'cancelled';
  await tx.query(
    `INSERT INTO cancellations AS known (tenant_id, subscription_id, replay_id, from_seq, until_seq, at, reason, ending)
     VALUES ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000.0), $7, $8)
     ON CONFLICT (tenant_id, subscription_id, replay_id, from_seq, until_seq) DO UPDATE
       SET at = least(known.at, excluded.at), ending = greatest(known.ending, excluded.ending)`,
    [
      tenantId,
      subscriptionId,
      replayOfLane(lane),
      fromSeq,
      untilSeq,
      at,
      storable(reason ?? 'skipped'),
      ending,
    ],
  );
  await tx.query(
    `UPDATE deliveries AS d SET ${endedByRange('$7', 'to_timestamp($6::float8 / 1000.0)')}
      WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.replay_id = $3 AND d.seq >= $4 AND d.seq < $5
        AND ${mayEnd('to_timestamp($6::float8 / 1000.0)')}`,
    [tenantId, subscriptionId, replayOfLane(lane), fromSeq, untilSeq, at, ending],
  );
}

/** For attempts that are told after the range that covers them. */
async function applyCancellations(tx: Transaction, deliveries: readonly DeliveryState[]): Promise<void> {
  const open = deliveries.filter((state) => !['delivered', 'failed'].includes(statusOf(state).status));
  if (open.length === 0) return;
  await tx.query(
    `WITH covered AS (
       SELECT d.delivery_id, d.day, min(c.at) AS at, max(c.ending) AS ending
         FROM ${deliveryKeys}
         JOIN deliveries d ON ${ofDeliveryKeys('d')}
         JOIN cancellations c ON c.tenant_id = d.tenant_id AND c.subscription_id = d.subscription_id
          AND c.replay_id = d.replay_id AND d.seq >= c.from_seq AND d.seq < c.until_seq
        WHERE ${mayEnd('c.at')}
        GROUP BY d.delivery_id, d.day
     )
     UPDATE deliveries AS d SET ${endedByRange('covered.ending', 'covered.at')}
       FROM covered WHERE d.delivery_id = covered.delivery_id AND d.day = covered.day AND d.day = ANY($2::date[])`,
    paramsOf(open),
  );
}
