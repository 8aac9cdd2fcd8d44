import { deliveryId } from '@posthorn/domain';
import { Database } from '@posthorn/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { exchangeColumns } from './attempt-rows.js';
import {
  type Bounds,
  deliveriesStatement,
  type DeliveryFilter,
  type DeliveryRow,
  type Places,
} from './delivery-rows.js';
import {
  type AttemptRow,
  type DeliverySummary,
  positionOf,
  type SubscriptionState,
  summaryOf,
} from './delivery-view.js';
import { placed } from './event-conditions.js';
import { eventFactsOf } from './event-facts.js';
import { timeOfSeq } from './log-minutes.js';
import { encodeCursor, type Page, type Position } from './page.js';
import type { SubscriptionView } from './rule-book.js';
import { storable } from './sql-values.js';
import type { LaneView } from './wait-reason.js';
import type { KnownSubscription } from './why.js';

/** How far a delivery without a row is searched for when only its id is known. */
const searchMaxDeliveries = 10_000;

const subscriptionsMax = 1_000;

/** An event that was published again on another day is a delivery of its own there (ADR 0015). */
const newestDay = 'SELECT max(newest.day) FROM deliveries newest WHERE newest.delivery_id = $1';

/** Deliveries as they are asked for: what had attempts is stored, what waits is computed. */
@Injectable()
export class DeliveryStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(filter: DeliveryFilter): Promise<Page<DeliverySummary>> {
    const { items, next } = await this.page(filter);
    return { items, nextCursor: next ? encodeCursor(next) : null };
  }

  /** The same, with the place that the next page begins behind. */
  async page(filter: DeliveryFilter): Promise<{ items: DeliverySummary[]; next: Position | undefined }> {
    const rows = await this.rows({ ...filter, limit: filter.limit + 1 });
    const page = rows.slice(0, filter.limit);
    const last = rows.length > filter.limit ? page.at(-1) : undefined;
    return {
      items: await this.summariesOf(filter.tenantId, page),
      next: last && positionOf(last),
    };
  }

  /** Every delivery of one event. */
  async ofEvent(tenantId: string, eventId: string): Promise<DeliverySummary[]> {
    return (await this.list({ tenantId, eventId, limit: 1_000 })).items;
  }

  /** `eventId`, where the caller knows it, finds deliveries that wait far behind others, too. */
  async find(tenantId: string, id: string, eventId?: string): Promise<DeliverySummary | undefined> {
    const row =
      (await this.findStored(tenantId, id)) ??
      (await this.findComputed(tenantId, id, eventId)) ??
      // Its first attempt may have been recorded between the two questions.
      (await this.findStored(tenantId, id));
    if (!row) return undefined;
    return (await this.summariesOf(tenantId, [row]))[0];
  }

  /** By id, those of the tenant that are stored. */
  async summaries(tenantId: string, ids: readonly string[]): Promise<Map<string, DeliverySummary>> {
    const rows = await this.database.query<DeliveryRow>(
      `SELECT d.*, d.day::text AS filed, NULL::text AS entity_id FROM deliveries d WHERE d.delivery_id = ANY($2::text[]) AND d.tenant_id = $1
          AND NOT EXISTS (SELECT 1 FROM purges p
                           WHERE p.tenant_id = $1 AND p.subscription_id = d.subscription_id)
        ORDER BY d.day`,
      [storable(tenantId), ids],
    );
    return new Map((await this.summariesOf(tenantId, rows)).map((summary) => [summary.id, summary]));
  }

  /** Rows of `attempts`, or the only one in the delivery's own row. */
  async attempts(id: string): Promise<AttemptRow[]> {
    return this.database.query<AttemptRow>(
      `SELECT attempt, started_at, outcome, status, error, message, replay_id, ${exchangeColumns}
         FROM attempts WHERE delivery_id = $1 AND day = (${newestDay})
       UNION ALL
       SELECT attempts, first_attempt_at, told, last_status, last_error, NULL, replay_id, ${exchangeColumns}
         FROM deliveries WHERE delivery_id = $1 AND day = (${newestDay}) AND url IS NOT NULL
       ORDER BY attempt`,
      [storable(id)],
    );
  }

  async stateOf(tenantId: string, subscriptionId: string): Promise<SubscriptionState | undefined> {
    return (await this.statesOf(tenantId, [subscriptionId])).get(subscriptionId);
  }

  /** Whether an attempt of it was its last one: what waits since then is retried alone. */
  async wasOver(id: string): Promise<boolean> {
    const rows = await this.database.query(
      `SELECT 1 FROM attempts WHERE delivery_id = $1 AND final
       UNION ALL SELECT 1 FROM deliveries WHERE delivery_id = $1 AND url IS NOT NULL LIMIT 1`,
      [storable(id)],
    );
    return rows.length > 0;
  }

  async viewOf(tenantId: string, subscriptionId: string): Promise<SubscriptionView | undefined> {
    const [row] = await this.database.query<{ snapshot: SubscriptionView }>(
      'SELECT snapshot FROM subscriptions WHERE tenant_id = $1 AND subscription_id = $2',
      [storable(tenantId), storable(subscriptionId)],
    );
    return row?.snapshot;
  }

  /** Of a tenant, with the filters that were in force; deleted ones are no longer among them. */
  async subscriptions(tenantId: string): Promise<KnownSubscription[]> {
    return this.database.query<KnownSubscription>(
      `SELECT subscription_id AS id, snapshot AS view, matching,
              EXISTS (SELECT 1 FROM beginnings b WHERE b.tenant_id = $1 AND b.subscription_id = s.subscription_id) AS begins
         FROM subscriptions s WHERE tenant_id = $1 AND NOT deleted ORDER BY subscription_id LIMIT ${subscriptionsMax}`,
      [storable(tenantId)],
    );
  }

  private async rows(filter: DeliveryFilter): Promise<DeliveryRow[]> {
    const event = filter.event && (await placed(this.database, filter.tenantId, filter.event));
    const { tenantId, eventId } = filter;
    const places = eventId === undefined ? undefined : await this.placesOf(tenantId, eventId);
    if (places?.seqs.length === 0) return [];
    const statement = deliveriesStatement({ ...filter, event, places }, await this.bounds(filter));
    return statement ? this.database.query<DeliveryRow>(statement.sql, statement.params) : [];
  }

  /** What waits is at or behind its lane's cursor, or behind the partition's first unsettled event. */
  private async bounds({ tenantId, subscriptionId }: DeliveryFilter): Promise<Bounds> {
    const [row] = await this.database.query<
      Record<'window' | 'lane' | 'from' | 'until', string | null> & {
        partition: number | null;
        behind: string[];
        purged: string[];
        polled: string[];
      }
    >(
      `WITH held AS MATERIALIZED (
         SELECT min(l.cursor) AS lane, coalesce(array_agg(DISTINCT l.subscription_id), '{}') AS behind FROM lanes l
          WHERE l.tenant_id = $1 AND ($2::text IS NULL OR l.subscription_id = $2) AND l.lane NOT LIKE 'replay/%')
       SELECT (SELECT s.partition FROM subscriptions s WHERE s.tenant_id = $1 LIMIT 1) AS partition,
              (SELECT w.next FROM windows w
                WHERE w.partition = (SELECT s.partition FROM subscriptions s WHERE s.tenant_id = $1 LIMIT 1)) AS window,
              (SELECT lane FROM held) AS lane, (SELECT behind FROM held) AS behind,
              min(c.from_seq) AS from, max(c.until_seq) AS until,
              ARRAY(SELECT p.subscription_id FROM purges p WHERE p.tenant_id = $1) AS purged,
              ARRAY(SELECT s.subscription_id FROM subscriptions s
                     WHERE s.tenant_id = $1 AND s.snapshot->>'kind' = 'poll') AS polled
         FROM cancellations c
        WHERE c.tenant_id = $1 AND c.replay_id = '' AND ($2::text IS NULL OR c.subscription_id = $2)`,
      [storable(tenantId), subscriptionId === undefined ? null : storable(subscriptionId)],
    );
    const settledTo = Number(row.window ?? 0);
    const pendingFrom = Math.min(settledTo, Number(row.lane ?? Infinity));
    const endedFrom = row.from === null ? null : Number(row.from);
    return {
      ...{
        pendingFrom,
        settledTo,
        behind: row.behind,
        endedFrom,
        endedUntil: row.until === null ? null : Number(row.until),
      },
      since: await timeOfSeq(this.database, row.partition, Math.min(pendingFrom, endedFrom ?? Infinity)),
      purged: row.purged,
      polled: row.polled,
    };
  }

  /** Where an event stands in the log, and the day it was first accepted. */
  private async placesOf(tenantId: string, eventId: string): Promise<Places> {
    const rows = await this.database.query<{ seq: string; at: Date }>(
      'SELECT seq, accepted_at AS at FROM events WHERE event_id = $2 AND tenant_id = $1',
      [storable(tenantId), storable(eventId)],
    );
    const since = Math.min(...rows.map(({ at }) => at.getTime()));
    return { seqs: rows.map(({ seq }) => Number(seq)), since: new Date(rows.length > 0 ? since : 0) };
  }

  private async findStored(tenantId: string, id: string): Promise<DeliveryRow | undefined> {
    const [row] = await this.database.query<DeliveryRow>(
      `SELECT d.*, d.day::text AS filed, NULL::text AS entity_id FROM deliveries d WHERE delivery_id = $2 AND tenant_id = $1
          AND NOT EXISTS (SELECT 1 FROM purges p
                           WHERE p.tenant_id = $1 AND p.subscription_id = d.subscription_id)
        ORDER BY d.day DESC LIMIT 1`,
      [storable(tenantId), storable(id)],
    );
    return row;
  }

  private async findComputed(
    tenantId: string,
    id: string,
    eventId?: string,
  ): Promise<DeliveryRow | undefined> {
    const limit = 1_000;
    const filter: DeliveryFilter = { tenantId, eventId, limit };
    const statuses = eventId === undefined ? (['pending', 'cancelled', 'expired'] as const) : [undefined];
    for (const status of statuses) {
      let after = undefined as DeliveryFilter['after'];
      for (let seen = 0; seen < searchMaxDeliveries; seen += limit) {
        const rows = await this.rows({ ...filter, status, after });
        const found = rows.find((row) => deliveryId(row.event_id, row.subscription_id, row.replay_id) === id);
        if (found) return found;
        if (rows.length < limit) break;
        after = positionOf(rows.at(-1)!);
      }
    }
    return undefined;
  }

  /** With their subscriptions' lanes and their events, both looked up by primary key at once. */
  private async summariesOf(tenantId: string, rows: readonly DeliveryRow[]): Promise<DeliverySummary[]> {
    const ids = rows.map(({ subscription_id }) => subscription_id);
    const [states, facts] = await Promise.all([
      this.statesOf(tenantId, ids),
      eventFactsOf(this.database, tenantId, rows),
    ]);
    return rows.map((row) => summaryOf(row, states.get(row.subscription_id), facts.get(Number(row.seq))));
  }

  private async statesOf(
    tenantId: string,
    subscriptionIds: readonly string[],
  ): Promise<Map<string, SubscriptionState>> {
    const ids = [...new Set(subscriptionIds)];
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<{
      id: string;
      snapshot: SubscriptionView;
      lanes: LaneView[] | null;
    }>(
      `SELECT s.subscription_id AS id, s.snapshot,
              (SELECT json_agg(json_build_object('lane', l.lane, 'kind', l.kind, 'cursor', l.cursor, 'attempt', l.attempt,
                                                 'dueAt', l.due_at, 'reason', l.reason))
                 FROM lanes l WHERE l.tenant_id = s.tenant_id AND l.subscription_id = s.subscription_id) AS lanes
         FROM subscriptions s WHERE s.tenant_id = $1 AND s.subscription_id = ANY($2)`,
      [storable(tenantId), ids],
    );
    return new Map(
      rows.map(({ id, snapshot, lanes }) => [
        id,
        { view: snapshot, lanes: (lanes ?? []).map((lane) => ({ ...lane, dueAt: isoOrNull(lane.dueAt) })) },
      ]),
    );
  }
}

/** PostgreSQL writes instants in JSON with its own offset. */
function isoOrNull(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
