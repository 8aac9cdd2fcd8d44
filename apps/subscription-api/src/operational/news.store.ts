import { Inject, Injectable } from '@nestjs/common';
import { asksForOperational, compileFilter, type Filter, type OperationalType } from '@posthorn/domain';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import type { DisablingCause, Subscription } from '../subscriptions/subscription.js';
import { disabledRecord, failingRecord, recoveredRecord, type Trouble } from './news.js';

type IncidentRow = { seen_at: Date; failing_since: Date; over_at: Date | null };

/** A subscription that was last seen failing. */
export type OpenIncident = { tenantId: string; subscriptionId: string; seenMs: number };

/** Whose incidents are kept: of those the end will be asked for. */
const incidentTypes: readonly OperationalType[] = [
  'posthorn.subscription.failing',
  'posthorn.subscription.recovered',
];

/**
 * What a tenant's operational events have told, and the outbox they go through. Every instance reports what
 * it sees; decided under the tenant's lock, on what was told before, so it is told once. Nothing is written
 * for a tenant in which nobody asks: failing receivers would double its log otherwise. And nothing for
 * subscriptions that ask for operational events themselves: a failure to deliver such an event would cause
 * the next one, for ever.
 */
@Injectable()
export class NewsStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  /** A cheap look, before a lock is taken. */
  async isAnyoneListening(tenantId: string): Promise<boolean> {
    return (await this.asked(this.events, tenantId, incidentTypes)).size > 0;
  }

  async isOpen(tenantId: string, subscriptionId: string): Promise<boolean> {
    const row = await this.incident(this.events, tenantId, subscriptionId);
    return row !== undefined && row.over_at === null;
  }

  async openIncidents(max: number): Promise<OpenIncident[]> {
    const rows = await this.events.query<{ tenantId: string; subscriptionId: string; at: Date }>(
      `SELECT tenant_id AS "tenantId", subscription_id AS "subscriptionId", seen_at AS at
         FROM incidents WHERE over_at IS NULL LIMIT $1`,
      [max],
    );
    return rows.map(({ tenantId, subscriptionId, at }) => ({
      tenantId,
      subscriptionId,
      seenMs: at.getTime(),
    }));
  }

  /**
   * `seen` is false for what a start finds: then an incident that is open is this one. A record that was
   * written before the last incident was over, or that began the open one, is an old one that is read late.
   */
  async failing(write: Write, state: Subscription, trouble: Trouble, seen: boolean): Promise<void> {
    if (state.status === 'disabled' || asksForOperational(state.filter)) return;
    const { tenantId, id } = state;
    const asked = await this.asked(write, tenantId, incidentTypes);
    if (asked.size === 0) return;
    const row = await this.incident(write, tenantId, id);
    if (row && row.over_at === null && !seen) return;
    if (row && trouble.seenMs <= (row.over_at ?? row.seen_at).getTime()) return;
    await write.query(
      `INSERT INTO incidents (tenant_id, subscription_id, seen_at, failing_since) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, subscription_id) DO UPDATE
         SET seen_at = excluded.seen_at, failing_since = excluded.failing_since, over_at = NULL`,
      [tenantId, id, new Date(trouble.seenMs), new Date(trouble.sinceMs)],
    );
    if (asked.has('posthorn.subscription.failing'))
      await write.announce(failingRecord(state, trouble, Date.now()));
  }

  /** All its lanes are live again since `atMs`. */
  async recovered(write: Write, state: Subscription, atMs: number): Promise<void> {
    const { tenantId, id: subscriptionId } = state;
    const row = await this.incident(write, tenantId, subscriptionId);
    if (!row || row.over_at !== null || atMs < row.seen_at.getTime()) return;
    await this.close(write, tenantId, subscriptionId, new Date(atMs));
    if (state.status === 'disabled' || asksForOperational(state.filter)) return;
    const asked = await this.asked(write, tenantId, ['posthorn.subscription.recovered']);
    if (asked.size === 0) return;
    const told = { seenMs: row.seen_at.getTime(), sinceMs: row.failing_since.getTime(), atMs };
    await write.announce(recoveredRecord(state, told, Date.now()));
  }

  /** Called with the change itself. What it failed at is over, without having recovered. */
  async disabled(write: Write, state: Subscription, cause: DisablingCause | undefined): Promise<void> {
    await this.close(write, state.tenantId, state.id, new Date(state.statusChangedAt));
    if (cause && asksForOperational(state.filter)) return;
    const asked = await this.asked(write, state.tenantId, ['posthorn.subscription.disabled']);
    if (asked.size > 0) await write.announce(disabledRecord(state, cause, Date.now()));
  }

  async forget(write: Write, { tenantId, id }: Subscription): Promise<void> {
    await write.query('DELETE FROM incidents WHERE tenant_id = $1 AND subscription_id = $2', [tenantId, id]);
  }

  /** Which of these types some subscription of the tenant asks for. */
  private async asked(
    reader: Reader,
    tenantId: string,
    types: readonly OperationalType[],
  ): Promise<Set<OperationalType>> {
    const rows = await reader.query<{ filter: Filter }>(
      `SELECT state->'filter' AS filter FROM subscriptions
        WHERE tenant_id = $1 AND state->>'status' IN ('active', 'paused')
          AND jsonb_path_exists(state, '$.filter.types[*] ? (@ starts with "posthorn.")')`,
      [tenantId],
    );
    const filters = rows.map(({ filter }) => compileFilter(filter));
    return new Set(types.filter((type) => filters.some((matches) => matches({ type, entity: null }))));
  }

  private async incident(
    reader: Reader,
    tenantId: string,
    subscriptionId: string,
  ): Promise<IncidentRow | undefined> {
    const [row] = await reader.query<IncidentRow>(
      'SELECT seen_at, failing_since, over_at FROM incidents WHERE tenant_id = $1 AND subscription_id = $2',
      [tenantId, subscriptionId],
    );
    return row;
  }

  private async close(write: Write, tenantId: string, subscriptionId: string, at: Date): Promise<void> {
    await write.query(
      `UPDATE incidents SET over_at = $3 WHERE tenant_id = $1 AND subscription_id = $2 AND over_at IS NULL`,
      [tenantId, subscriptionId, at],
    );
  }
}
