import { Database, LOGGER, type Logger, type Transaction } from '@posthorn/runtime';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { StepLoop } from './step-loop.js';

const deliveriesPerStep = 2_000;
const eventsPerStep = 5_000;

type Purge = { tenant_id: string; subscription_id: string; events_from: string };

/**
 * Removes the delivery logs of deleted subscriptions whose platform promises that, in small transactions: a
 * large one would hold up the projection. Queries hide them from the moment the deletion was applied;
 * several instances share the work; a crash goes on where it stopped.
 */
@Injectable()
export class LogPurgeService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new StepLoop({
    isUp: () => this.database.up,
    step: () => this.step(),
    failed: (err) =>
      this.logger.warn({ err }, 'delivery logs of a deleted subscription could not be removed yet'),
  });

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** One small transaction. False: nothing is left to remove, or another instance is at it. */
  async step(): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const [purge] = await tx.query<Purge>(
        `SELECT tenant_id, subscription_id, events_from FROM purges
          ORDER BY tenant_id, subscription_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      if (!purge) return false;
      if (!(await removeDeliveries(tx, purge)) && !(await removeMatches(tx, purge))) await finish(tx, purge);
      return true;
    });
  }
}

async function removeDeliveries(tx: Transaction, { tenant_id, subscription_id }: Purge): Promise<boolean> {
  const ofSubscription = 'FROM deliveries WHERE tenant_id = $1 AND subscription_id = $2';
  const [found] = await tx.query<{ day: string }>(`SELECT day::text ${ofSubscription} LIMIT 1`, [
    tenant_id,
    subscription_id,
  ]);
  if (!found) return false;
  // Of one partition at a time: PostgreSQL would rather read all of them whole.
  await tx.query(
    `WITH gone AS (
       DELETE FROM deliveries WHERE day = $3::date AND delivery_id IN (
         SELECT delivery_id ${ofSubscription} AND day = $3::date LIMIT ${deliveriesPerStep})
       RETURNING delivery_id
     )
     DELETE FROM attempts USING gone WHERE attempts.delivery_id = gone.delivery_id AND attempts.day = $3::date`,
    [tenant_id, subscription_id, found.day],
  );
  return true;
}

async function removeMatches(tx: Transaction, purge: Purge): Promise<boolean> {
  const { tenant_id, subscription_id, events_from } = purge;
  const [{ until }] = await tx.query<{ until: string | null }>(
    `WITH chunk AS (
       SELECT seq, accepted_at, matched FROM events WHERE tenant_id = $1 AND seq >= $3
        ORDER BY seq LIMIT ${eventsPerStep}
     ), changed AS (
       UPDATE events SET matched = array_remove(events.matched, $2) FROM chunk
        WHERE events.tenant_id = $1 AND events.seq = chunk.seq AND events.accepted_at = chunk.accepted_at
          AND chunk.matched @> ARRAY[$2]::text[]
     )
     SELECT max(seq) + 1 AS until FROM chunk`,
    [tenant_id, subscription_id, events_from],
  );
  if (until === null) return false;
  await tx.query('UPDATE purges SET events_from = $3 WHERE tenant_id = $1 AND subscription_id = $2', [
    tenant_id,
    subscription_id,
    until,
  ]);
  return true;
}

async function finish(tx: Transaction, { tenant_id, subscription_id }: Purge): Promise<void> {
  for (const table of ['cancellations', 'purges']) {
    await tx.query(`DELETE FROM ${table} WHERE tenant_id = $1 AND subscription_id = $2`, [
      tenant_id,
      subscription_id,
    ]);
  }
}
