import type { Transaction } from '@posthorn/runtime';
import { Injectable } from '@nestjs/common';
import type { MatchingEntry } from '@posthorn/domain';
import { erasuresOf } from './erasures.js';
import { logsGone, type Rule, RuleBook, type SubscriptionView } from './rule-book.js';
import { storable } from './sql-values.js';

type RuleRow = {
  tenant_id: string;
  subscription_id: string;
  version: string;
  snapshot: SubscriptionView;
  matching: MatchingEntry[];
};

/** Any number, as long as it is always the same: the class of our advisory locks. */
const lockClass = 0x706f7374;

/**
 * Every book is read again by whoever uses it next, and whoever uses one now has ended. A partition that
 * nobody has read yet has no book to be read again.
 */
export async function lockBooks(tx: Transaction): Promise<void> {
  const rows = await tx.query<{ partition: number }>(
    `SELECT partition FROM rule_books UNION SELECT partition FROM projection_offsets ORDER BY partition`,
  );
  for (const { partition } of rows)
    await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [lockClass, partition]);
  await tx.query(
    `INSERT INTO rule_books (partition, revision)
     SELECT partition, nextval('rule_book_revisions') FROM unnest($1::int[]) AS partition
     ON CONFLICT (partition) DO UPDATE SET revision = excluded.revision`,
    [rows.map(({ partition }) => partition)],
  );
}

/**
 * The rule books of this process's partitions: kept in PostgreSQL, remembered here. A remembered book
 * counts only while its revision is the stored one, so a transaction that was rolled back, or another
 * instance, makes it read again. Whoever matches or records holds the partition's lock shared, whoever
 * changes the book alone: nothing is written for a subscription whose logs are being deleted.
 */
@Injectable()
export class RuleBookStore {
  private readonly books = new Map<number, RuleBook>();

  async forReading(tx: Transaction, partition: number): Promise<RuleBook> {
    return (await this.allForReading(tx, [partition])).get(partition)!;
  }

  /** By partition. Locked in the order given: ascending, as by all who lock several. */
  async allForReading(tx: Transaction, partitions: readonly number[]): Promise<Map<number, RuleBook>> {
    await tx.query(
      'SELECT pg_advisory_xact_lock_shared($1, partition) FROM unnest($2::int[]) AS row (partition)',
      [lockClass, partitions],
    );
    return this.load(tx, partitions);
  }

  /** The caller may change the book, and saves what it changed. */
  async forChanging(tx: Transaction, partition: number): Promise<RuleBook> {
    await tx.query('SELECT pg_advisory_xact_lock($1, $2)', [lockClass, partition]);
    const book = (await this.load(tx, [partition])).get(partition)!;
    // Until save() gives it a revision of its own, what is changed in it belongs to nobody else.
    this.books.delete(partition);
    return book;
  }

  async save(
    tx: Transaction,
    partition: number,
    book: RuleBook,
    { changed, forgotten = [] }: { changed: Rule[]; forgotten?: { tenantId: string; id: string }[] },
  ): Promise<void> {
    if (changed.length > 0 || forgotten.length > 0) {
      await this.write(tx, partition, changed);
      await this.remove(tx, forgotten);
      const [{ revision }] = await tx.query<{ revision: string }>(
        // A sequence never gives a number twice, also after a rollback.
        `INSERT INTO rule_books (partition, revision) VALUES ($1, nextval('rule_book_revisions'))
         ON CONFLICT (partition) DO UPDATE SET revision = excluded.revision RETURNING revision`,
        [partition],
      );
      book.revision = Number(revision);
    }
    this.books.set(partition, book);
  }

  drop(partition: number): void {
    this.books.delete(partition);
  }

  private async load(tx: Transaction, partitions: readonly number[]): Promise<Map<number, RuleBook>> {
    const rows = await tx.query<{ partition: number; revision: string }>(
      'SELECT partition, revision FROM rule_books WHERE partition = ANY($1::int[])',
      [partitions],
    );
    const revisions = new Map(rows.map(({ partition, revision }) => [partition, Number(revision)]));
    const books = new Map<number, RuleBook>();
    for (const partition of partitions) {
      const revision = revisions.get(partition) ?? 0;
      const known = this.books.get(partition);
      books.set(partition, known?.revision === revision ? known : await this.read(tx, partition, revision));
    }
    return books;
  }

  private async read(tx: Transaction, partition: number, revision: number): Promise<RuleBook> {
    const rows = await tx.query<RuleRow>(
      'SELECT tenant_id, subscription_id, version, snapshot, matching FROM subscriptions WHERE partition = $1',
      [partition],
    );
    const book = new RuleBook(revision, rows.map(ruleOf), await erasuresOf(tx));
    this.books.set(partition, book);
    return book;
  }

  private async write(tx: Transaction, partition: number, rules: readonly Rule[]): Promise<void> {
    for (const rule of new Map(rules.map((each) => [`${each.tenantId}/${each.id}`, each])).values()) {
      await tx.query(
        `INSERT INTO subscriptions (tenant_id, subscription_id, partition, version, deleted, snapshot, matching)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, subscription_id) DO UPDATE
           SET version = excluded.version, deleted = excluded.deleted, snapshot = excluded.snapshot,
               matching = excluded.matching`,
        [
          storable(rule.tenantId),
          storable(rule.id),
          partition,
          rule.version,
          rule.view.status === 'deleted',
          JSON.stringify(rule.view),
          JSON.stringify(rule.matching),
        ],
      );
      if (logsGone(rule)) await orderPurge(tx, rule);
    }
  }

  private async remove(tx: Transaction, rules: readonly { tenantId: string; id: string }[]): Promise<void> {
    for (const { tenantId, id } of rules) {
      await tx.query('DELETE FROM subscriptions WHERE tenant_id = $1 AND subscription_id = $2', [
        storable(tenantId),
        storable(id),
      ]);
    }
  }
}

function ruleOf({ tenant_id, subscription_id, version, snapshot, matching }: RuleRow): Rule {
  return { tenantId: tenant_id, id: subscription_id, version: Number(version), view: snapshot, matching };
}

/** From here on no query shows the subscription's logs; LogPurge removes them a piece at a time. */
async function orderPurge(tx: Transaction, { tenantId, id }: Rule): Promise<void> {
  await tx.query(
    `INSERT INTO purges (tenant_id, subscription_id) VALUES ($1, $2) ON CONFLICT (tenant_id, subscription_id) DO NOTHING`,
    [storable(tenantId), storable(id)],
  );
}
