import { decodeEvents, type EventMessage, type EventsMessage } from '@posthorn/contracts';
import type { BulkTransaction, ProjectionBatch, SharedHandler, Transaction } from '@posthorn/runtime';
import {
  arraysOf,
  bigint,
  bytea,
  type Column,
  integer,
  namesOf,
  rowsOf,
  text,
  texts,
  timestamptz,
} from './columns.js';
import { CopiedRows } from './copied-rows.js';
import { DayPartitions } from './day-partitions.js';
import { eraseEvents } from './erasures.js';
import { noteMinutes } from './log-minutes.js';
import { beginInThePast } from './beginnings.js';
import { fillForgetOutbox } from './outbox.js';
import type { Match, Rule, RuleBook } from './rule-book.js';
import type { RuleBookStore } from './rule-book.store.js';
import { arrayLiteral, storable, storableOrNull } from './sql-values.js';

type Place = { partition: number; seq: number; event: EventMessage };
type EventRow = Match & Place;
type Message = { seq: number; message: EventsMessage };
type Read = { partition: number; messages: Message[]; changes: boolean };

/**
 * `events.v1` into `events`, with the subscriptions each one matched, decided by the same rules as the
 * dispatcher decides. Control records are folded in their place in the log. Safe under repeats: a position
 * of the log is one row.
 */
export class EventProjection implements SharedHandler {
  private readonly days = new DayPartitions();

  constructor(private readonly books: RuleBookStore) {}

  async apply(batch: ProjectionBatch, tx: BulkTransaction): Promise<void> {
    await this.applyAll([batch], tx);
  }

  async applyAll(batches: readonly ProjectionBatch[], tx: BulkTransaction): Promise<void> {
    try {
      await this.write(batches.map(readOf), tx);
    } catch (err) {
      this.days.forget();
      throw err;
    }
  }

  private async write(reads: readonly Read[], tx: BulkTransaction): Promise<void> {
    const books = await this.booksOf(reads, tx);
    const rows: EventRow[] = [];
    const erased: EventRow[] = [];
    const changed = new Map<number, Rule[]>();
    for (const { partition, messages, changes } of reads) {
      const book = books.get(partition)!;
      const oldestSeq = messages[0].seq;
      const rules: Rule[] = [];
      for (const { seq, message } of messages) {
        if (message.kind === 'event') {
          const why = book.erasures.ofEvent(message);
          if (why === 'tenant') continue;
          const { subscriptionIds, reason } = matchOf(book, message, seq);
          const row = { partition, seq, event: message, subscriptionIds, reason };
          (why === 'entity' ? erased : rows).push(row);
        } else if (message.kind === 'subscription') {
          const { snapshot, startSeq } = message;
          const rule = book.applyControl(snapshot, seq, oldestSeq, startSeq);
          if (rule) rules.push(rule);
          if (startSeq !== undefined && startSeq < seq)
            await beginInThePast(tx, { partition, snapshot, fromSeq: startSeq, untilSeq: seq });
        }
      }
      if (changes) changed.set(partition, rules);
    }

    if (rows.length > 0) await this.insert(tx, rows);
    await erase(tx, erased);
    for (const [partition, rules] of changed)
      await this.books.save(tx, partition, books.get(partition)!, { changed: rules });
  }

  /** Locked in the order of their partitions, some of them for changing. */
  private async booksOf(reads: readonly Read[], tx: Transaction): Promise<Map<number, RuleBook>> {
    if (!reads.some(({ changes }) => changes))
      return this.books.allForReading(
        tx,
        reads.map(({ partition }) => partition),
      );
    const books = new Map<number, RuleBook>();
    for (const { partition, changes } of reads)
      books.set(
        partition,
        changes ? await this.books.forChanging(tx, partition) : await this.books.forReading(tx, partition),
      );
    return books;
  }

  private async insert(tx: BulkTransaction, rows: readonly EventRow[]): Promise<void> {
    await this.days.ensure(
      tx,
      'events',
      rows.map(({ event }) => event.acceptedAt),
    );
    if (!(await copied.write(tx, rows))) await tx.query(insert, arraysOf(columns, rows));
    await noteMinutes(
      tx,
      rows.map(({ partition, seq, event }) => ({ partition, seq, atMs: event.acceptedAt })),
    );
  }
}

function readOf({ partition, records }: ProjectionBatch): Read {
  const messages = records.map(({ offset, value }) => ({ seq: offset, message: decodeEvents(value) }));
  return { partition, messages, changes: messages.some(({ message }) => message.kind === 'subscription') };
}

/** Attempts may have been told of before them, and what waits for another one is to be forgotten. */
async function erase(tx: Transaction, rows: readonly EventRow[]): Promise<void> {
  for (const tenantId of new Set(rows.map(({ event }) => event.tenantId))) {
    const events = rows
      .filter(({ event }) => event.tenantId === tenantId)
      .map(({ seq, event: { id: eventId, acceptedAt }, subscriptionIds: matched }) => ({
        ...{ eventId, seq, acceptedAt, beforeMs: acceptedAt + 1, matched },
      }));
    const { forgets } = await eraseEvents(tx, tenantId, events);
    await fillForgetOutbox(tx, forgets);
  }
}

/** Without subscriptions whose logs of that time were erased. */
function matchOf(book: RuleBook, event: EventMessage, seq: number): Match {
  const { tenantId, acceptedAt } = event;
  const { subscriptionIds, reason } = book.match(tenantId, event, seq);
  const isErased = (id: string): boolean => book.erasures.ofSubscription(tenantId, id, acceptedAt);
  return { subscriptionIds: subscriptionIds.filter((id) => !isErased(id)), reason };
}

const facts: readonly Column<EventRow>[] = [
  integer('partition', ({ partition }) => partition),
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
  text('unmatched_reason', ({ reason }) => storableOrNull(reason)),
];
const copied = new CopiedRows('events', [
  ...facts,
  texts<EventRow>('matched', ({ subscriptionIds }) => subscriptionIds),
]);
const columns = [...facts, text<EventRow>('matched', ({ subscriptionIds }) => arrayLiteral(subscriptionIds))];
const insert = `INSERT INTO events (${namesOf(columns)})
  SELECT ${namesOf(columns).replace(', matched', ', matched::text[]')} FROM ${rowsOf(columns)}
  ON CONFLICT (tenant_id, seq, accepted_at) DO NOTHING`;
