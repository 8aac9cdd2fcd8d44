import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@posthorn/runtime';
import type { EventRow } from './event-view.js';
import { isNoRepeat } from './repeats.js';
import { storable } from './sql-values.js';

/** Positions of the log that one question looks at, and bytes that one answer carries. */
const scanMax = 500_000;
const bytesMax = 4 * 1024 * 1024;

export type Polled = { rows: EventRow[]; nextSeq: number; hasMore: boolean };

/** What there is for a subscription whose receiver fetches: in the log's order, as it was matched. */
@Injectable()
export class PollStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Without `fromSeq` from the oldest that is kept on. */
  async read(
    tenantId: string,
    subscriptionId: string,
    fromSeq: number | undefined,
    limit: number,
  ): Promise<Polled> {
    const end = await this.endOf(tenantId);
    const from = fromSeq ?? (await this.startOf(tenantId));
    const until = Math.min(end, from + scanMax);
    if (from >= end) return { rows: [], nextSeq: Math.max(from, end), hasMore: false };
    const found = await this.database.query<EventRow & { bytes: string }>(
      `SELECT * FROM (
         SELECT e.*, sum(length(e.data)) OVER (ORDER BY e.seq) AS bytes FROM (
           SELECT e.* FROM events e
            WHERE e.tenant_id = $1 AND e.seq >= $3 AND e.seq < $4 AND e.matched @> ARRAY[$2]::text[]
              AND ${isNoRepeat('$1', '$2')}
            ORDER BY e.seq LIMIT $5) AS e) AS page
        WHERE bytes - length(data) < ${bytesMax} ORDER BY seq`,
      [storable(tenantId), storable(subscriptionId), from, until, limit + 1],
    );
    const rows = found.slice(0, limit);
    const isCut = found.length > limit || Number(found.at(-1)?.bytes ?? 0) >= bytesMax;
    const last = rows.at(-1);
    return { rows, nextSeq: isCut && last ? Number(last.seq) + 1 : until, hasMore: isCut || until < end };
  }

  /** Everything below it is projected: events of a tenant are in one partition, and come in its order. */
  private async endOf(tenantId: string): Promise<number> {
    const [row] = await this.database.query<{ seq: string }>(
      'SELECT seq FROM events WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1',
      [storable(tenantId)],
    );
    return row ? Number(row.seq) + 1 : 0;
  }

  private async startOf(tenantId: string): Promise<number> {
    const [row] = await this.database.query<{ seq: string }>(
      'SELECT seq FROM events WHERE tenant_id = $1 ORDER BY seq LIMIT 1',
      [storable(tenantId)],
    );
    return row ? Number(row.seq) : 0;
  }
}
