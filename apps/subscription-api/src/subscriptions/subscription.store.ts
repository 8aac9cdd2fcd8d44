import { Inject, Injectable } from '@nestjs/common';
import { foldEvents } from '../aggregates/stored-event.js';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import type { PageRequest } from '../requests/page.js';
import { NewsStore } from '../operational/news.store.js';
import {
  applySubscriptionEvent,
  orderRecord,
  type OrderEvent,
  subscriptionRecord,
  type Subscription,
  type SubscriptionEvent,
} from './subscription.js';

type Row = { state: Subscription };

/** Subscriptions: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class SubscriptionStore {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(NewsStore) private readonly news: NewsStore,
  ) {}

  async find(tenantId: string, id: string, reader: Reader = this.events): Promise<Subscription | undefined> {
    // What PostgreSQL cannot hold as text is no id.
    if (id.includes('\0')) return undefined;
    const [row] = await reader.query<Row>(
      'SELECT state FROM subscriptions WHERE tenant_id = $1 AND id = $2',
      [tenantId, id],
    );
    return row?.state;
  }

  /** Oldest first; of a page one more than it holds. Without one all: the profile's limit bounds them. */
  async list(tenantId: string, page?: PageRequest, reader: Reader = this.events): Promise<Subscription[]> {
    const { at = null, id = '' } = page?.after ?? {};
    const rows = await reader.query<Row>(
      `SELECT state FROM subscriptions
        WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3))
        ORDER BY created_at, id LIMIT $4`,
      [tenantId, at, id, page ? page.limit + 1 : null],
    );
    return rows.map(({ state }) => state);
  }

  /**
   * How many there are, and who has this name; decisive inside a write, where the tenant's lock is held.
   */
  async census(
    tenantId: string,
    name: string,
    reader: Reader = this.events,
  ): Promise<{ count: number; named: string[] }> {
    const [row] = await reader.query<{ count: number; named: string[] }>(
      `SELECT count(*)::int AS count, coalesce(array_agg(id) FILTER (WHERE name = $2), '{}') AS named
         FROM subscriptions WHERE tenant_id = $1`,
      [tenantId, name],
    );
    return row;
  }

  /** @throws VersionConflict when `before` is not the newest state */
  async append(
    write: Write,
    { id, tenantId }: { id: string; tenantId: string },
    events: SubscriptionEvent[],
    before?: Subscription,
  ): Promise<Subscription> {
    const place = { type: 'subscription', id, tenantId, after: before?.version ?? 0 } as const;
    const state = foldEvents(await write.append(place, events), applySubscriptionEvent, before);
    if (!state) throw new Error('nothing to append');
    await this.save(write, state);
    await write.publish(place, subscriptionRecord(state));
    const change = events.findLast((event) => event.type === 'status-changed');
    if (state.status === 'deleted') await this.news.forget(write, state);
    else if (change && state.status === 'disabled')
      await this.news.disabled(write, state, change.payload.cause);
    return state;
  }

  /** @throws VersionConflict when `before` is not the newest state */
  async order(write: Write, before: Subscription, event: OrderEvent): Promise<Subscription> {
    const { id, tenantId, version } = before;
    const place = { type: 'subscription', id, tenantId, after: version } as const;
    const state = foldEvents<Subscription, SubscriptionEvent>(
      await write.append<SubscriptionEvent>(place, [event]),
      applySubscriptionEvent,
      before,
    );
    if (!state) throw new Error('nothing to append');
    await this.save(write, state);
    await write.publish(place, orderRecord(state, event));
    return state;
  }

  private async save(write: Write, state: Subscription): Promise<void> {
    const { tenantId, id } = state;
    if (state.status === 'deleted') {
      await write.query('DELETE FROM subscriptions WHERE tenant_id = $1 AND id = $2', [tenantId, id]);
      return;
    }
    await write.query(
      `INSERT INTO subscriptions (tenant_id, id, name, version, created_at, state) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, id) DO UPDATE
         SET name = excluded.name, version = excluded.version, state = excluded.state`,
      [tenantId, id, state.name, state.version, state.createdAt, state],
    );
  }
}
