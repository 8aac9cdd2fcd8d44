import { createLogger, Database, type ProjectionHandler, type ProjectionRecord } from '@posthorn/runtime';
import { DeliveryProjection } from '../delivery.projection.js';
import { DeliveryStore } from '../delivery.store.js';
import { EventProjection } from '../event.projection.js';
import { EventStore } from '../event.store.js';
import { LaneProjection } from '../lane.projection.js';
import { LogPurgeService } from '../log-purge.service.js';
import { migrations } from '../migrations/index.js';
import { RuleBookStore } from '../rule-book.store.js';
import { SubscriptionProjection } from '../subscription.projection.js';

export const logger = createLogger({ logLevel: 'silent' }, 'delivery-log');

export async function openDatabase(url: string): Promise<Database> {
  const database = new Database({
    url,
    schema: 'delivery_log',
    migrations,
    poolMax: 6,
    logger,
  });
  await database.start();
  return database;
}

export type Topic = 'events' | 'attempts' | 'cursors' | 'subscriptions';

/** The projections and queries of one instance, without Kafka: batches come from the test. */
export class Instance {
  readonly books = new RuleBookStore();
  readonly deliveries: DeliveryStore;
  readonly events: EventStore;
  readonly purge: LogPurgeService;
  private readonly handlers: Record<Topic, ProjectionHandler>;

  constructor(private readonly database: Database) {
    const events = new EventProjection(this.books);
    const deliveries = new DeliveryProjection(this.books);
    const lanes = new LaneProjection();
    const subscriptions = new SubscriptionProjection(this.books);
    this.deliveries = new DeliveryStore(database);
    this.events = new EventStore(database);
    this.purge = new LogPurgeService(database, logger);
    this.handlers = {
      events: (batch, tx) => events.apply(batch, tx),
      attempts: (batch, tx) => deliveries.apply(batch, tx),
      cursors: (batch, tx) => lanes.apply(batch, tx),
      subscriptions: (batch, tx) => subscriptions.apply(batch, tx),
    };
  }

  async apply(topic: Topic, records: ProjectionRecord[], partition = 3): Promise<void> {
    const next = (records.at(-1)?.offset ?? -1) + 1;
    await this.database.transaction((tx) => this.handlers[topic]({ topic, partition, records, next }, tx));
  }

  /** As above, and `beforeCommit` is awaited while the transaction is open; what it throws rolls it back. */
  async applyThen(
    topic: Topic,
    records: ProjectionRecord[],
    beforeCommit: () => Promise<void>,
    partition = 3,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.handlers[topic]({ topic, partition, records, next: 0 }, tx);
      await beforeCommit();
    });
  }

  async purgeAll(): Promise<void> {
    while (await this.purge.step());
  }
}

const tables = [
  'events',
  'deliveries',
  'attempts',
  'lanes',
  'windows',
  'subscriptions',
  'rule_books',
  'cancellations',
  'purges',
  'outbox',
  'audit_outbox',
  'forget_outbox',
  'log_minutes',
  'statistics_deltas',
  'statistics_minutes',
  'statistics_hours',
  'statistics_days',
  'erasures',
  'erased_events',
  'projection_offsets',
];

export async function truncate(database: Database): Promise<void> {
  await database.query(`TRUNCATE ${tables.join(', ')}`);
}
