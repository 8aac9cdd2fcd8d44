import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  Database,
  HealthRegistry,
  isUniqueViolation,
  markClaim,
  noSuchTenant,
  type Transaction,
} from '@posthorn/runtime';
import { Acknowledgements } from '../outbox/acknowledgements.js';
import { channels, OutboxBell } from '../outbox/outbox-bell.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';
import type { AggregateType, NewEvent, Stored } from './stored-event.js';
import { Turns } from './turns.js';

/** Who writes, and the trace the write belongs to. */
export type Author = {
  actor: string;
  traceparent?: string;
  /** The address it came from, where somebody called. */
  origin?: string;
};

export type Written<T> = {
  value: T;
  /** Kafka has every record of this write. False: it did not answer in time, the relay follows. */
  relayed: boolean;
};

/** Inside a write or outside of one. */
export type Reader = Pick<EventStore, 'query'> | Write;

type EventRow = {
  aggregate_id: string;
  tenant_id: string | null;
  version: number;
  type: string;
  payload: object;
  actor: string;
  at: Date;
};

const lockTimeoutMs = 5_000;
/** Changes of one tenant that may wait in this process. */
const waitingMax = 500;

/**
 * Somebody else changed the aggregate since it was read. Expected; callers read it again and decide anew.
 */
export class VersionConflict extends Error {
  readonly kind = 'version-conflict';
}

/**
 * The aggregates' events, append-only, with optimistic concurrency on (type, id, version). A write is one
 * transaction: events, the read tables that follow from them, and the outbox rows that tell the rest of
 * Posthorn.
 *
 * Writes of one tenant are serialised by an advisory lock that every write takes first. Two things hang on
 * it: rules over several aggregates ("at most 5", "unique name") can be decided by a plain query, and a
 * tenant's sequence numbers are in the order of its commits, because a number is drawn only after the
 * tenant's last write has been committed.
 */
@Injectable()
export class EventStore {
  private readonly turns = new Turns(waitingMax);
  private opened = false;

  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(Acknowledgements) private readonly acknowledgements: Acknowledgements,
    @Inject(OutboxBell) private readonly bell: OutboxBell,
    @Inject(HealthRegistry) health: HealthRegistry,
  ) {
    health.ready('subscription-api.database', () => this.opened && this.db.ping());
  }

  /** Connects and migrates. Until then everything here answers that it is not available. */
  async open(): Promise<void> {
    await this.db.start();
    this.opened = true;
  }

  get isOpen(): boolean {
    return this.opened;
  }

  async close(): Promise<void> {
    this.opened = false;
    await this.db.stop();
  }

  query<T>(sql: string, params?: unknown[]): Promise<T[]> {
    return this.available(() => this.db.query<T>(sql, params));
  }

  /** Events of one aggregate, oldest first. */
  async eventsOf<E extends NewEvent>(type: AggregateType, id: string): Promise<Stored<E>[]> {
    const rows = await this.query<EventRow>(
      `SELECT aggregate_id, tenant_id, version, type, payload, actor, at FROM aggregate_events
        WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY version`,
      [type, id],
    );
    return rows.map(storedEvent<E>);
  }

  /**
   * Runs `work` under the tenants' locks (null is the installation itself), commits, and waits until the
   * relay has handed the records to Kafka, for as long as the acknowledgement may take.
   *
   * @throws VersionConflict when an append met a version that was there already
   */
  async write<T>(
    tenants: string | null | readonly string[],
    author: Author,
    work: (write: Write) => Promise<T>,
  ): Promise<Written<T>> {
    const seqs: string[] = [];
    const locks = lockNames(tenants);
    let waiting: Promise<boolean> | undefined;
    const transaction = (): Promise<T> =>
      this.db.transaction(async (tx) => {
        await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${lockTimeoutMs}ms`]);
        for (const name of locks)
          await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
        const result = await work(new Write(tx, author, seqs));
        await markClaim(tx);
        if (seqs.length === 0) return result;
        // Before the commit: the relay may be quicker than this function's next line.
        waiting = this.acknowledgements.expect(seqs);
        await tx.query('SELECT pg_notify($1, $2)', [channels.appended, '']);
        return result;
      });
    const value = await this.turns
      .take(locks.join(' '), () => this.available(transaction))
      .catch((error: unknown) => {
        if (waiting) this.acknowledgements.forget(seqs);
        throw error;
      });
    if (!waiting) return { value, relayed: true };
    this.bell.ring();
    const relayed = (await waiting) || (await this.isRelayed(seqs));
    return { value, relayed };
  }

  /** A database that is away is a 503 by itself (toAppError); one that was not opened yet says so here. */
  private async available<T>(work: () => Promise<T>): Promise<T> {
    if (!this.opened) throw new AppError('unavailable', 'Posthorn is starting.', { retryAfterS: 2 });
    return work();
  }

  /** The table knows, should an acknowledgement have been lost on its way from another instance. */
  private async isRelayed(seqs: readonly string[]): Promise<boolean> {
    try {
      const rows = await this.db.query('SELECT 1 FROM outbox WHERE global_seq = ANY($1::bigint[]) LIMIT 1', [
        seqs,
      ]);
      return rows.length === 0;
    } catch {
      // The write is committed: whatever is wrong with the database now must not make it look failed.
      return false;
    }
  }
}

/** One transaction under a tenant's lock. */
export class Write {
  /** Tenants of which this transaction has seen that they are not deleted; their lock is held. */
  private readonly open = new Set<string>();

  constructor(
    private readonly tx: Transaction,
    private readonly author: Author,
    private readonly seqs: string[],
  ) {}

  query<T>(sql: string, params?: unknown[]): Promise<T[]> {
    return this.tx.query<T>(sql, params);
  }

  /**
   * @throws VersionConflict when `after` is not the aggregate's newest version
   * @throws AppError `not-found` when the tenant was deleted meanwhile
   */
  async append<E extends NewEvent>(
    place: { type: AggregateType; id: string; tenantId: string | null; after: number },
    events: readonly E[],
  ): Promise<Stored<E>[]> {
    const { type, id: aggregateId, tenantId, after } = place;
    if (tenantId !== null) await this.refuseDeleted(tenantId);
    const { actor, origin = null } = this.author;
    const at = new Date().toISOString();
    const stored = events.map((event, i) => ({
      ...event,
      ...{ aggregateId, tenantId, version: after + 1 + i, actor, at },
    }));
    for (const event of stored) {
      const params = [
        type,
        aggregateId,
        tenantId,
        event.version,
        event.type,
        event.payload,
        actor,
        at,
        origin,
      ];
      await this.tx
        .query(
          `INSERT INTO aggregate_events (aggregate_type, aggregate_id, tenant_id, version, type, payload, actor, at, origin)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          params,
        )
        .catch((error: unknown) => {
          if (isUniqueViolation(error)) throw new VersionConflict();
          throw error;
        });
    }
    return stored;
  }

  /** Whoever waited for the lock was let in before the tenant was deleted. */
  private async refuseDeleted(tenantId: string): Promise<void> {
    if (this.open.has(tenantId)) return;
    const deleted = await this.tx.query('SELECT 1 FROM tenants WHERE id = $1 AND deleted_at IS NOT NULL', [
      tenantId,
    ]);
    if (deleted.length > 0) throw noSuchTenant();
    this.open.add(tenantId);
  }

  /** Puts the record that follows from the aggregate's newest event into the outbox. */
  async publish(place: { type: AggregateType; id: string }, record: OutboxRecord): Promise<void> {
    const [row] = await this.tx.query<{ global_seq: string } | undefined>(
      `INSERT INTO outbox (global_seq, topic, key, value, traceparent)
       SELECT max(global_seq), $3, $4, $5, $6 FROM aggregate_events
        WHERE aggregate_type = $1 AND aggregate_id = $2
       ON CONFLICT (global_seq) DO NOTHING RETURNING global_seq`,
      [place.type, place.id, record.topic, record.key, record.value, this.author.traceparent ?? null],
    );
    // It is there already: said again while it waits to be said.
    if (row) this.seqs.push(row.global_seq);
  }

  /** Puts a record that no aggregate's event stands behind into the outbox, after all that is there. */
  async announce(record: OutboxRecord): Promise<void> {
    const [row] = await this.tx.query<{ global_seq: string }>(
      `INSERT INTO outbox (global_seq, topic, key, value, traceparent)
       VALUES (nextval('aggregate_events_global_seq_seq'), $1, $2, $3, $4) RETURNING global_seq`,
      [record.topic, record.key, record.value, this.author.traceparent ?? null],
    );
    this.seqs.push(row.global_seq);
  }
}

function storedEvent<E extends NewEvent>(row: EventRow): Stored<E> {
  return {
    type: row.type,
    payload: row.payload,
    aggregateId: row.aggregate_id,
    tenantId: row.tenant_id,
    version: row.version,
    actor: row.actor,
    at: row.at.toISOString(),
  } as unknown as Stored<E>;
}

/** Always in one order, so that two writes over several tenants cannot wait for each other. */
function lockNames(tenants: string | null | readonly string[]): string[] {
  if (tenants === null) return ['subscription-api/installation'];
  const ids = typeof tenants === 'string' ? [tenants] : [...tenants].sort();
  return ids.map((id) => `subscription-api/tenant/${id}`);
}
