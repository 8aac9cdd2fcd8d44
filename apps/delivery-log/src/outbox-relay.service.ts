import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { LogProducer } from './log-producer.client.js';
import { oldestOf, outboxes, removeFrom } from './outbox.js';

const pollMs = 500;
const batchMax = 100;
const relayLock = `hashtextextended('delivery-log/outbox-relay', 0)`;

/**
 * Hands the outboxes to their topics: one instance at a time, oldest first, and a row goes when Kafka has
 * acknowledged it. A crash in between hands it over again, under the same id.
 */
@Injectable()
export class OutboxRelayService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;
  private failures = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LogProducer) private readonly producer: LogProducer,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  /** True: there may be more. False: nothing is left, or another instance is at it. */
  async step(): Promise<boolean> {
    // Most of the time there is nothing, and nobody's turn to ask for.
    const [any] = await this.database.query<{ any: boolean }>(
      `SELECT ${outboxes.map(({ table }) => `EXISTS (SELECT 1 FROM ${table})`).join(' OR ')} AS any`,
    );
    if (!any.any) return false;
    return this.database.transaction(async (tx) => {
      const [{ mine }] = await tx.query<{ mine: boolean }>(
        `SELECT pg_try_advisory_xact_lock(${relayLock}) AS mine`,
      );
      if (!mine) return false;
      let handed = 0;
      for (const { table, topic } of outboxes) {
        const rows = await oldestOf(tx, table, batchMax);
        const records = rows.map(({ tenant_id: tenantId, value }) => ({ tenantId, key: tenantId, value }));
        if (rows.length > 0) await this.producer.publish(topic, records);
        await removeFrom(tx, table, rows);
        handed += rows.length;
      }
      return handed > 0;
    });
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.run().finally(() => this.plan());
    }, pollMs);
  }

  private async run(): Promise<void> {
    if (!this.database.up) return;
    try {
      while (!this.stopped && (await this.step()));
      this.failures = 0;
    } catch (err) {
      // Twice a second for as long as Kafka is away would tell nobody more.
      if (this.failures++ % 60 === 0) this.logger.warn({ err }, 'the outbox cannot be handed over yet');
    }
  }
}
