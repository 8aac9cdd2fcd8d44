import type { Database } from '@posthorn/runtime';

export type LaneTimer = {
  partition: number;
  tenantId: string;
  subscriptionId: string;
  lane: string;
  cursor: number;
  attempt: number;
  dueAt: number;
  /** How often it was handed over, this time included. */
  claims: number;
};

export type DeliveryTimer = {
  /** Where the row was when it was claimed. */
  row: string;
  partition: number;
  deliveryId: string;
  /** Of the record in `retries` that set it. */
  offset: number;
  key: string;
  message: Buffer;
  traceparent: string | null;
  tracestate: string | null;
};

export type Claim = {
  partitions: number[];
  /** Rows whose time is not later than this are taken … */
  untilMs: number;
  leaseMs: number;
  max: number;
};

export type Waiting = { timers: number; overdueMs: number };

const countedMax = 100_000;
/** How many bytes of waiting deliveries are taken at once. */
const claimMaxBytes = 8 * 1024 * 1024;

/**
 * The first twenty leases are as set; then they double, up to a minute. A dispatcher that is away for a
 * day must not find a token per lane and lease when it comes back: the tokens it has not read yet are
 * enough.
 */
const pushed = `least($2::bigint * (1::bigint << least(greatest(claims - 20, 0), 10)), greatest($2::bigint, 60000))`;

type Numbers<T> = { [K in keyof T]: T[K] extends number ? string | number : T[K] };

/**
 * The rows that are due, claimed by pushing their `claim_at` in the same statement. Several instances may ask
 * at once: none waits for another, none gets the same row within a lease.
 *
 * Rows are named by ctid: a join by key would read the whole table. A row that changes between the look
 * and the lock is not found under its old ctid, and is taken in the next round.
 */
export class TimerStore {
  constructor(private readonly database: Database) {}

  async claimLanes({ partitions, untilMs, leaseMs, max }: Claim): Promise<LaneTimer[]> {
    const rows = await this.database.query<Numbers<LaneTimer>>(
      `UPDATE lane_timers t SET claim_at = $1 + ${pushed}, claims = claims + 1
        WHERE t.ctid = ANY (ARRAY(
          SELECT ctid FROM lane_timers
           WHERE claim_at <= $1 AND partition = ANY($3::int[])
           ORDER BY claim_at LIMIT $4 FOR UPDATE SKIP LOCKED))
       RETURNING t.partition, t.tenant_id AS "tenantId", t.subscription_id AS "subscriptionId", t.lane, t.cursor,
         t.attempt, t.due_at AS "dueAt", t.claims`,
      [untilMs, leaseMs, partitions, max],
    );
    return rows.map((row) => ({
      partition: Number(row.partition),
      tenantId: row.tenantId,
      subscriptionId: row.subscriptionId,
      lane: row.lane,
      cursor: Number(row.cursor),
      attempt: Number(row.attempt),
      dueAt: Number(row.dueAt),
      claims: Number(row.claims),
    }));
  }

  /** Bounded by bytes too; rows beyond the bound are looked at and left. */
  async claimDeliveries({ partitions, untilMs, leaseMs, max }: Claim): Promise<DeliveryTimer[]> {
    const rows = await this.database.query<Numbers<DeliveryTimer>>(
      `UPDATE delivery_timers t SET claim_at = $1 + ${pushed}, claims = claims + 1
        WHERE t.ctid = ANY (ARRAY(
          SELECT row FROM (
            SELECT row, sum(bytes) OVER (ORDER BY claim_at, row) - bytes AS before FROM (
              SELECT ctid AS row, claim_at, length(message) AS bytes FROM delivery_timers
               WHERE claim_at <= $1 AND partition = ANY($3::int[])
               ORDER BY claim_at LIMIT $4 FOR UPDATE SKIP LOCKED) AS due) AS taken
           WHERE before < $5))
       RETURNING t.ctid::text AS row, t.partition, t.delivery_id AS "deliveryId", t."offset", t.key, t.message, t.traceparent, t.tracestate`,
      [untilMs, leaseMs, partitions, max, claimMaxBytes],
    );
    return rows.map((row) => ({ ...row, partition: Number(row.partition), offset: Number(row.offset) }));
  }

  /**
   * Only if nothing has happened to the row since the claim: a newer record of the delivery has a time of
   * its own.
   */
  async deleteDeliveries(timers: DeliveryTimer[]): Promise<void> {
    await this.database.query(
      `DELETE FROM delivery_timers
        WHERE ctid = ANY ($1::tid[]) AND (partition, delivery_id, "offset") IN (
          SELECT * FROM unnest($2::int[], $3::text[], $4::bigint[]))`,
      [
        timers.map(({ row }) => row),
        timers.map(({ partition }) => partition),
        timers.map(({ deliveryId }) => deliveryId),
        timers.map(({ offset }) => offset),
      ],
    );
  }

  /** When the next row wants to be looked at; `undefined` when there is none. */
  async nextClaimAtMs(partitions: number[]): Promise<number | undefined> {
    const [row] = await this.database.query<{ next: string | null }>(
      `SELECT least(
         (SELECT claim_at FROM lane_timers WHERE partition = ANY($1::int[]) ORDER BY claim_at LIMIT 1),
         (SELECT claim_at FROM delivery_timers WHERE partition = ANY($1::int[]) ORDER BY claim_at LIMIT 1)) AS next`,
      [partitions],
    );
    return row?.next == null ? undefined : Number(row.next);
  }

  /** By the index alone; a backlog beyond the bound is as long as it. */
  async waiting(partitions: number[], nowMs: number): Promise<Record<'lane' | 'delivery', Waiting>> {
    const of = (table: string): string => `
      SELECT count(*)::int AS timers, greatest(0, $2::bigint - coalesce(min(claim_at), $2::bigint))::float8 AS "overdueMs"
        FROM (SELECT claim_at FROM ${table} WHERE partition = ANY($1::int[]) ORDER BY claim_at LIMIT ${countedMax}) AS counted`;
    const params = [partitions, nowMs];
    const [[lane], [delivery]] = await Promise.all([
      this.database.query<Waiting>(of('lane_timers'), params),
      this.database.query<Waiting>(of('delivery_timers'), params),
    ]);
    return { lane: lane!, delivery: delivery! };
  }
}
