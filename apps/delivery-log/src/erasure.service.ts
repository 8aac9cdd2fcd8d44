import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger, type Transaction } from '@posthorn/runtime';
import { encodeForget, type ForgetMessage, retriesTopic, subscriptionKey } from '@posthorn/contracts';
import { eraseReplays, sentByReplays } from './erased-replays.js';
import { eraseEvents, forgetOf, type Waited, waitedOfGone } from './erasures.js';
import { LogProducer } from './log-producer.client.js';
import { lockBooks } from './rule-book.store.js';
import { Setbacks } from './setbacks.js';
import { StepLoop } from './step-loop.js';

const deliveriesPerStep = 2_000;
const eventsPerStep = 2_000;
const forgetsAtOnce = 500;

type Gone = { removed: number; forgets: readonly ForgetMessage[] };

export type Erasing = {
  id: string;
  tenant_id: string;
  kind: 'tenant' | 'subscription' | 'entity';
  subscription_id: string | null;
  entity_name: string | null;
  entity_id: string | null;
  accepted_before: Date;
  status: 'queued' | 'running';
  next_seq: string;
};

/** Accepted before; a replay of such an event is filed later. */
const isBefore = `(d.day < ($2::timestamptz AT TIME ZONE 'UTC')::date AND d.replay_id = '' OR d.first_attempt_at < $2
  OR EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = $1 AND e.seq = d.seq AND e.accepted_at < $2 OFFSET 0))`;

/**
 * Carries erasures out. First it becomes a fact for all projections, which from then on record nothing of
 * it, also when the log is read again; then what is stored goes, in small transactions. Several instances
 * share the work; a crash goes on where it stopped. The log itself forgets by its retention.
 */
@Injectable()
export class ErasureService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly setbacks = new Setbacks();
  private readonly loop = new StepLoop({
    isUp: () => this.database.up,
    step: () => this.step(),
    failed: (err) => this.logger.warn({ err }, 'what is to be erased could not be erased yet'),
  });

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(LogProducer) private readonly producer: Pick<LogProducer, 'publish'>,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /**
   * One small transaction, of the oldest that has not just failed. False: nothing is left to erase now, or
   * other instances are at it.
   */
  async step(): Promise<boolean> {
    const on: { id?: string } = {};
    try {
      await this.database.transaction(async (tx) => {
        const [erasing] = await tx.query<Erasing | undefined>(
          `SELECT * FROM erasures WHERE status <> 'done' AND id <> ALL($1)
            ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
          [this.setbacks.waiting()],
        );
        if (!erasing) return;
        on.id = erasing.id;
        if (erasing.status === 'queued') await begin(tx, erasing);
        else await this.go(tx, erasing);
      });
      if (on.id !== undefined) this.setbacks.went(on.id);
    } catch (err) {
      if (on.id === undefined) throw err;
      const waitMs = this.setbacks.failed(on.id);
      this.logger.warn({ err, erasureId: on.id, waitMs }, 'what is to be erased could not be erased yet');
    }
    return on.id !== undefined;
  }

  private async go(tx: Transaction, erasing: Erasing): Promise<void> {
    const gone = erasing.kind === 'entity' ? await ofEntity(tx, erasing) : await ofDeliveries(tx, erasing);
    // Acknowledged before it is committed: a crash in between tells it again, and never not at all.
    await this.forget(gone.forgets);
    if (gone.removed > 0) return progress(tx, erasing, gone.removed);
    const events = erasing.kind === 'entity' ? 0 : await ofEvents(tx, erasing);
    if (events > 0) return progress(tx, erasing, erasing.kind === 'tenant' ? events : 0);
    await eraseReplays(tx, erasing);
    if (erasing.kind !== 'entity') await ofTheRest(tx, erasing);
    await tx.query(`UPDATE erasures SET status = 'done', ended_at = now() WHERE id = $1`, [erasing.id]);
  }

  /** retry-scheduler has the bytes of events that wait for another attempt. */
  private async forget(forgets: readonly ForgetMessage[]): Promise<void> {
    for (let at = 0; at < forgets.length; at += forgetsAtOnce) {
      const records = forgets.slice(at, at + forgetsAtOnce).map((message) => ({
        tenantId: message.tenantId,
        key: subscriptionKey(message.tenantId, message.subscriptionId),
        value: encodeForget(message),
      }));
      await this.producer.publish(retriesTopic, records);
    }
  }
}

/** No batch that does not know of it is committed after this. */
async function begin(tx: Transaction, { id }: Erasing): Promise<void> {
  await lockBooks(tx);
  await tx.query(`UPDATE erasures SET status = 'running', started_at = now() WHERE id = $1`, [id]);
}

async function progress(tx: Transaction, { id }: Erasing, removed: number): Promise<void> {
  await tx.query('UPDATE erasures SET removed = removed + $2 WHERE id = $1', [id, removed]);
}

async function ofDeliveries(tx: Transaction, erasing: Erasing): Promise<Gone> {
  const { tenant_id, accepted_before, subscription_id } = erasing;
  const where = `d.tenant_id = $1 AND ($3::text IS NULL OR d.subscription_id = $3) AND ${isBefore}`;
  const params = [tenant_id, accepted_before, subscription_id];
  const [found] = await tx.query<{ day: string }>(
    `SELECT d.day::text FROM deliveries d WHERE ${where} LIMIT 1`,
    params,
  );
  if (!found) return { removed: 0, forgets: [] };
  const [gone] = await tx.query<{ removed: number; waited: Waited[] | null }>(
    `WITH gone AS (
       DELETE FROM deliveries WHERE day = $4::date AND delivery_id IN (
         SELECT d.delivery_id FROM deliveries d WHERE ${where} AND d.day = $4::date LIMIT ${deliveriesPerStep})
       RETURNING delivery_id, subscription_id, status
     ), gone_attempts AS (
       DELETE FROM attempts USING gone WHERE attempts.delivery_id = gone.delivery_id AND attempts.day = $4::date
       RETURNING 1
     )
     SELECT (SELECT count(*) FROM gone)::int + (SELECT count(*) FROM gone_attempts)::int AS removed,
            (${waitedOfGone}) AS waited`,
    [...params, found.day],
  );
  const beforeMs = accepted_before.getTime();
  const forgets = (gone.waited ?? []).map((waited) => forgetOf(tenant_id, waited, beforeMs));
  return { removed: gone.removed, forgets };
}

/** A tenant's go; or they forget that the subscription asked for them. Answers how many were seen. */
async function ofEvents(tx: Transaction, erasing: Erasing): Promise<number> {
  const { id, tenant_id, accepted_before, subscription_id, next_seq } = erasing;
  const chunk = `chunk AS (SELECT seq, accepted_at FROM events WHERE tenant_id = $1 AND seq >= $3 AND accepted_at < $2
                            ORDER BY seq LIMIT ${eventsPerStep})`;
  const isIn = 'events.tenant_id = $1 AND events.seq = chunk.seq AND events.accepted_at = chunk.accepted_at';
  const change =
    subscription_id === null
      ? `DELETE FROM events USING chunk WHERE ${isIn} AND $4::text IS NULL`
      : `UPDATE events SET matched = array_remove(events.matched, $4) FROM chunk
          WHERE ${isIn} AND events.matched @> ARRAY[$4]::text[]`;
  const [{ seen, until }] = await tx.query<{ seen: number; until: string | null }>(
    `WITH ${chunk}, changed AS (${change})
     SELECT count(*)::int AS seen, max(seq) + 1 AS until FROM chunk`,
    [tenant_id, accepted_before, next_seq, subscription_id],
  );
  if (until !== null) await tx.query('UPDATE erasures SET next_seq = $2 WHERE id = $1', [id, until]);
  return seen;
}

async function ofEntity(tx: Transaction, erasing: Erasing): Promise<Gone> {
  const { tenant_id, accepted_before, entity_name, entity_id } = erasing;
  const rows = await tx.query<{ seq: string; eventId: string; acceptedAt: Date; matched: string[] }>(
    `DELETE FROM events e USING (
       SELECT seq, accepted_at FROM events WHERE tenant_id = $1 AND entity_id = $3 AND entity_name = $4 AND accepted_at < $2
        ORDER BY seq LIMIT ${eventsPerStep}) AS chunk
      WHERE e.tenant_id = $1 AND e.seq = chunk.seq AND e.accepted_at = chunk.accepted_at
     RETURNING e.seq, e.event_id AS "eventId", e.accepted_at AS "acceptedAt", e.matched`,
    [tenant_id, accepted_before, entity_id, entity_name],
  );
  if (rows.length === 0) return { removed: 0, forgets: [] };
  const beforeMs = accepted_before.getTime();
  const events = rows.map(({ seq, eventId, acceptedAt, matched }) => ({
    ...{ seq: Number(seq), eventId, acceptedAt: acceptedAt.getTime(), beforeMs, matched },
  }));
  const { removed, forgets } = await eraseEvents(tx, tenant_id, events);
  const sent = await sentByReplays(tx, tenant_id, events);
  return { removed: rows.length + removed, forgets: [...forgets, ...sent] };
}

/** The counts of a tenant as a whole stay where one subscription of it is erased. */
async function ofTheRest(tx: Transaction, erasing: Erasing): Promise<void> {
  const { tenant_id, accepted_before, subscription_id } = erasing;
  for (const table of [
    ...['statistics_deltas', 'statistics_minutes', 'statistics_hours', 'statistics_days', 'cancellations'],
  ])
    await tx.query(
      `DELETE FROM ${table} WHERE tenant_id = $1 AND at < $2 AND ($3::text IS NULL OR subscription_id = $3)`,
      [tenant_id, accepted_before, subscription_id],
    );
}
