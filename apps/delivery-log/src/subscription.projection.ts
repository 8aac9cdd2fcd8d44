import { decodeSubscription, splitKey, UndecodableError } from '@posthorn/contracts';
import type { ProjectionBatch, ProjectionRecord, Transaction } from '@posthorn/runtime';
import type { Rule } from './rule-book.js';
import type { RuleBookStore } from './rule-book.store.js';

/**
 * `subscriptions.v1`, the owner's table, into the rule books: it knows subscriptions whose control records
 * have left the log. Control records tell the same, so neither order nor repeats matter.
 */
export class SubscriptionProjection {
  constructor(private readonly books: RuleBookStore) {}

  async apply(
    { partition, records }: Pick<ProjectionBatch, 'partition' | 'records'>,
    tx: Transaction,
  ): Promise<void> {
    const book = await this.books.forChanging(tx, partition);
    const changed: Rule[] = [];
    const forgotten: { tenantId: string; id: string }[] = [];
    for (const { key, value } of records) {
      if (value === null) {
        const gone = identityOf(key);
        if (book.forget(gone.tenantId, gone.id)) forgotten.push(gone);
        continue;
      }
      const rule = book.join(decodeSubscription(value));
      if (rule) changed.push(rule);
    }
    await this.books.save(tx, partition, book, { changed, forgotten });
  }
}

function identityOf(key: ProjectionRecord['key']): { tenantId: string; id: string } {
  const [tenantId, id] = splitKey(key?.toString('utf8') ?? '');
  if (!tenantId || !id) throw new UndecodableError('the key does not name a subscription');
  return { tenantId, id };
}
