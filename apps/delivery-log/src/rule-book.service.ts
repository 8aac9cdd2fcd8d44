import { Inject, Injectable } from '@nestjs/common';
import { subscriptionsTopic } from '@posthorn/contracts';
import type { InRecord, LogReader } from '@posthorn/messaging';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { LOG_READER } from './log-reader.js';
import { RuleBookStore } from './rule-book.store.js';
import { SubscriptionProjection } from './subscription.projection.js';

const chunkRecords = 1_000;
const retryStartMs = 250;
const retryMaxMs = 5_000;

/**
 * Completes the rule book of a partition that this database has never seen: a new or rebuilt projection has
 * to know the subscriptions whose control records have left the log before it matches the first event.
 * Later on control records tell everything in time.
 */
@Injectable()
export class RuleBookService {
  private readonly subscriptions: SubscriptionProjection;
  private stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RuleBookStore) books: RuleBookStore,
    @Inject(LOG_READER) private readonly reader: Pick<LogReader, 'readRange'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.subscriptions = new SubscriptionProjection(books);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Tries until it is done; false when the service stops meanwhile. */
  async complete(partition: number): Promise<boolean> {
    for (let waitMs = retryStartMs; !this.stopped; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      try {
        if (!(await this.isComplete(partition))) await this.readTable(partition);
        return true;
      } catch (err) {
        if (this.stopped) break;
        this.logger.warn({ err, partition }, 'subscriptions of the partition cannot be read yet');
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
    return false;
  }

  private async isComplete(partition: number): Promise<boolean> {
    const rows = await this.database.query('SELECT 1 FROM rule_books WHERE partition = $1 AND complete', [
      partition,
    ]);
    return rows.length > 0;
  }

  private async readTable(partition: number): Promise<void> {
    const records: InRecord[] = [];
    await this.reader.readRange(subscriptionsTopic.name, partition, 'earliest', undefined, (some) => {
      for (const record of some) records.push(record);
    });
    for (let from = 0; from < records.length; from += chunkRecords) {
      const chunk = { partition, records: records.slice(from, from + chunkRecords) };
      await this.database.transaction((tx) => this.subscriptions.apply(chunk, tx));
    }
    await this.database.query(
      `INSERT INTO rule_books (partition, revision, complete) VALUES ($1, nextval('rule_book_revisions'), true)
       ON CONFLICT (partition) DO UPDATE SET complete = true`,
      [partition],
    );
  }
}
