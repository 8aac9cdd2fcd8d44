import { Database } from '@posthorn/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type EventCondition, eventConditions, placed } from './event-conditions.js';
import { type EventRow, type EventSummary, eventView } from './event-view.js';
import { encodeCursor, type Page, type Position } from './page.js';
import { storable } from './sql-values.js';

export type EventFilter = EventCondition & {
  tenantId: string;
  id?: string | undefined;
  after?: Position | undefined;
  limit: number;
};

export type FoundEvent = { row: EventRow; summary: EventSummary };

const columns = `seq, tenant_id, event_id, type, entity_name, entity_id, "timestamp", source, accepted_at, matched,
  unmatched_reason`;

/** Events of a tenant, newest first. */
@Injectable()
export class EventStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  async list(filter: EventFilter): Promise<Page<EventSummary>> {
    const { items, next } = await this.page(filter);
    return {
      items: items.map(({ summary }) => summary),
      nextCursor: next ? encodeCursor(next) : null,
    };
  }

  /** The same, with the place that the next page begins behind, and with what was published. */
  async page(asked: EventFilter, data = false): Promise<{ items: FoundEvent[]; next: Position | undefined }> {
    const filter = await placed(this.database, asked.tenantId, asked);
    const { tenantId, id, after, limit } = filter;
    const params: unknown[] = [storable(tenantId)];
    const parameter = (value: unknown): string => `$${params.push(value)}`;
    const where = ['e.tenant_id = $1', ...eventConditions('e', filter, parameter)];
    if (id !== undefined) where.push(`e.event_id = ${parameter(storable(id))}`);
    if (after) where.push(`e.seq < ${parameter(after.seq)}`);
    const rows = await this.database.query<EventRow>(
      `SELECT ${columns}${data ? ', data' : ''} FROM events e WHERE ${where.join(' AND ')}
        ORDER BY e.seq DESC LIMIT ${parameter(limit + 1)}`,
      params,
    );
    const purged = await this.purged(tenantId);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map((row) => ({ row, summary: eventView(row, purged) })),
      next: last && { seq: Number(last.seq), subscriptionId: '', replayId: '' },
    };
  }

  /** Of an event that was published twice, the first one. */
  async find(tenantId: string, eventId: string): Promise<FoundEvent | undefined> {
    const [row] = await this.database.query<EventRow>(
      `SELECT ${columns}, data FROM events WHERE event_id = $2 AND tenant_id = $1 ORDER BY seq LIMIT 1`,
      [storable(tenantId), storable(eventId)],
    );
    return row && { row, summary: eventView(row, await this.purged(tenantId)) };
  }

  /** The one of its copies that stands there. */
  async at(tenantId: string, seq: number): Promise<EventRow | undefined> {
    const [row] = await this.database.query<EventRow>(
      `SELECT ${columns}, data FROM events WHERE tenant_id = $1 AND seq = $2`,
      [storable(tenantId), seq],
    );
    return row;
  }

  /** Subscriptions whose logs are being removed: what is still there is not shown. */
  private async purged(tenantId: string): Promise<Set<string>> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT subscription_id AS id FROM purges WHERE tenant_id = $1',
      [storable(tenantId)],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
