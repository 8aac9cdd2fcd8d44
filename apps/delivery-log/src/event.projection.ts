import { decodeEvents, type EventMessage } from '@posthorn/contracts';
import type { ProjectionBatch, Transaction } from '@posthorn/runtime';
import type { Match, Rule } from './rule-book.js';
import type { RuleBookStore } from './rule-book.store.js';
import { arrayLiteral, columnsOf, storable, storableOrNull } from './sql-values.js';

type EventRow = Match & { seq: number; event: EventMessage };

/**
 * `events.v1` into `events`, with the subscriptions each one matched, decided by the same rules as the
 * dispatcher decides. Control records are folded in their place in the log. Safe under repeats: a position
 * of the log is one row.
 */
export class EventProjection {
  constructor(private readonly books: RuleBookStore) {}

  async apply({ partition, records }: ProjectionBatch, tx: Transaction): Promise<void> {
    const messages = records.map(({ offset, value }) => ({ seq: offset, message: decodeEvents(value) }));
    const changes = messages.some(({ message }) => message.kind === 'subscription');
    const book = changes
      ? await this.books.forChanging(tx, partition)
      : await this.books.forReading(tx, partition);

    const oldestSeq = records[0].offset;
    const rows: EventRow[] = [];
    const changed: Rule[] = [];
    for (const { seq, message } of messages) {
      if (message.kind === 'event') {
        rows.push({ seq, event: message, ...book.match(message.tenantId, message, seq) });
      } else if (message.kind === 'subscription') {
        const rule = book.applyControl(message.snapshot, seq, oldestSeq);
        if (rule) changed.push(rule);
      }
    }

    await insertEvents(tx, partition, rows);
    if (changes) await this.books.save(tx, partition, book, { changed });
  }
}

async function insertEvents(tx: Transaction, partition: number, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO events (partition, seq, tenant_id, event_id, type, entity_name, entity_id, "timestamp", source,
                         accepted_at, data, matched, unmatched_reason)
     SELECT $1, seq, tenant_id, event_id, type, entity_name, entity_id, at, source,
            to_timestamp(accepted_ms / 1000.0), data, matched::text[], reason
       FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                   $10::float8[], $11::bytea[], $12::text[], $13::text[])
         AS row (seq, tenant_id, event_id, type, entity_name, entity_id, at, source, accepted_ms, data, matched, reason)
     ON CONFLICT (tenant_id, seq) DO NOTHING`,
    [
      partition,
      ...columnsOf(rows, [
        ({ seq }) => seq,
        ({ event }) => storable(event.tenantId),
        ({ event }) => storable(event.id),
        ({ event }) => storable(event.type),
        ({ event }) => storableOrNull(event.entity?.name),
        ({ event }) => storableOrNull(event.entity?.id),
        ({ event }) => storable(event.timestamp),
        ({ event }) => storableOrNull(event.source),
        ({ event }) => event.acceptedAt,
        ({ event }) => event.data,
        ({ subscriptionIds }) => arrayLiteral(subscriptionIds),
        ({ reason }) => storableOrNull(reason),
      ]),
    ],
  );
}
