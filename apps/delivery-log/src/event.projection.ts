import { decodeEvents, type EventMessage } from '@posthorn/contracts';
import type { ProjectionBatch, Transaction } from '@posthorn/runtime';
import { arraysOf, bigint, bytea, type Column, namesOf, rowsOf, text, timestamptz } from './columns.js';
import { DayPartitions } from './day-partitions.js';
import { eraseEvents } from './erasures.js';
import { noteMinutes } from './log-minutes.js';
import { beginInThePast } from './beginnings.js';
import type { Match, Rule, RuleBook } from './rule-book.js';
import type { RuleBookStore } from './rule-book.store.js';
import { arrayLiteral, storable, storableOrNull } from './sql-values.js';

type Place = { seq: number; event: EventMessage };
type EventRow = Match & Place;

/**
 * `events.v1` into `events`, with the subscriptions each one matched, decided by the same rules as the
 * dispatcher decides. Control records are folded in their place in the log. Safe under repeats: a position
 * of the log is one row.
 */
export class EventProjection {
  private readonly days = new DayPartitions();

  constructor(private readonly books: RuleBookStore) {}

  async apply(batch: ProjectionBatch, tx: Transaction): Promise<void> {
    try {
      await this.write(batch, tx);
    } catch (err) {
      this.days.forget();
      throw err;
    }
  }

  private async write({ partition, records }: ProjectionBatch, tx: Transaction): Promise<void> {
    const messages = records.map(({ offset, value }) => ({ seq: offset, message: decodeEvents(value) }));
    const changes = messages.some(({ message }) => message.kind === 'subscription');
    const book = changes
      ? await this.books.forChanging(tx, partition)
      : await this.books.forReading(tx, partition);

    const oldestSeq = records[0].offset;
    const rows: EventRow[] = [];
    const erased: Place[] = [];
    const changed: Rule[] = [];
    for (const { seq, message } of messages) {
      if (message.kind === 'event') {
        const why = book.erasures.ofEvent(message);
        if (why === 'entity') erased.push({ seq, event: message });
        if (why === undefined) rows.push({ seq, event: message, ...matchOf(book, message, seq) });
      } else if (message.kind === 'subscription') {
        const { snapshot, startSeq } = message;
        const rule = book.applyControl(snapshot, seq, oldestSeq, startSeq);
        if (rule) changed.push(rule);
        if (startSeq !== undefined && startSeq < seq)
          await beginInThePast(tx, { partition, snapshot, fromSeq: startSeq, untilSeq: seq });
      }
    }

    if (rows.length > 0) await this.insert(tx, partition, rows);
    for (const { seq, event } of erased) await eraseEvents(tx, event.tenantId, [{ eventId: event.id, seq }]);
    if (changes) await this.books.save(tx, partition, book, { changed });
  }

  private async insert(tx: Transaction, partition: number, rows: readonly EventRow[]): Promise<void> {
    await this.days.ensure(
      tx,
      'events',
      rows.map(({ event }) => event.acceptedAt),
    );
    await tx.query(insert, [...arraysOf(columns, rows), partition]);
    await noteMinutes(
      tx,
      partition,
      rows.map(({ seq, event }) => ({ seq, atMs: event.acceptedAt })),
    );
  }
}

/** Without subscriptions whose logs of that time were erased. */
function matchOf(book: RuleBook, event: EventMessage, seq: number): Match {
  const { tenantId, acceptedAt } = event;
  const { subscriptionIds, reason } = book.match(tenantId, event, seq);
  const isErased = (id: string): boolean => book.erasures.ofSubscription(tenantId, id, acceptedAt);
  return { subscriptionIds: subscriptionIds.filter((id) => !isErased(id)), reason };
}

const columns: readonly Column<EventRow>[] = [
  bigint('seq', ({ seq }) => seq),
  text('tenant_id', ({ event }) => storable(event.tenantId)),
  text('event_id', ({ event }) => storable(event.id)),
  text('type', ({ event }) => storable(event.type)),
  text('entity_name', ({ event }) => storableOrNull(event.entity?.name)),
  text('entity_id', ({ event }) => storableOrNull(event.entity?.id)),
  text('"timestamp"', ({ event }) => storable(event.timestamp)),
  text('source', ({ event }) => storableOrNull(event.source)),
  timestamptz('accepted_at', ({ event }) => event.acceptedAt),
  bytea('data', ({ event }) => event.data),
  text('matched', ({ subscriptionIds }) => arrayLiteral(subscriptionIds)),
  text('unmatched_reason', ({ reason }) => storableOrNull(reason)),
];
const insert = `INSERT INTO events (${namesOf(columns)}, partition)
  SELECT ${namesOf(columns).replace('matched', 'matched::text[]')}, $${columns.length + 1} FROM ${rowsOf(columns)}
  ON CONFLICT (tenant_id, seq, accepted_at) DO NOTHING`;
