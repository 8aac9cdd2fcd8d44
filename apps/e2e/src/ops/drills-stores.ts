import { setTimeout as sleep } from 'node:timers/promises';
import { asks, makeTenant, nothing, some, without } from './breaks.js';
import { all, logged, ready, runs, selects, shows } from './looks.js';
import { tenantId } from './traffic.js';
import { type Failure, kafkaOf, locked, one } from './world.js';

export const stores: readonly Failure[] = [
  {
    name: 'Kafka is gone',
    bounds: 'usual',
    break: without('kafka', makeTenant),
    runbooks: [
      {
        runbook: 'kafka-away',
        alert: 'PosthornKafkaAway',
        look: all(
          ready('event-ingest', 'event-ingest.kafka'),
          runs('kafka-away', /^kcat/, /Connection refused|Failed to acquire metadata/),
        ),
      },
      {
        runbook: 'api-errors',
        alert: 'PosthornApiErrorsFast',
        look: shows('posthorn_problems_total{posthorn_code="unavailable"}', some),
      },
      {
        runbook: 'outbox-stuck',
        alert: 'PosthornOutboxStuck',
        look: all(
          selects('outbox-stuck'),
          logged('subscription-api', /Kafka did not take the outbox yet|Kafka does not answer/),
        ),
      },
      {
        runbook: 'not-ready',
        alert: 'PosthornNotReady',
        look: ready('event-ingest', 'event-ingest.kafka'),
      },
    ],
  },
  {
    name: 'PostgreSQL is gone',
    bounds: 'usual',
    // Its buffer is small here: while it cannot write, delivery-log soon reads on no more.
    break: without('postgres'),
    runbooks: [
      {
        runbook: 'postgres-away',
        alert: 'PosthornPostgresAway',
        look: all(
          ready('delivery-log', 'delivery-log.database'),
          ready('retry-scheduler', 'retry-scheduler.database'),
          runs('postgres-away', /^pg_isready/, /no response/),
        ),
      },
      {
        runbook: 'consumer-lag',
        alert: 'PosthornConsumerLag',
        look: shows('posthorn_consumer_lag{messaging_consumer_group_name="delivery-log"}', some),
      },
      {
        runbook: 'projection-delayed',
        alert: 'PosthornProjectionDelayed',
        look: all(
          shows(
            'posthorn_projection_delay_seconds{posthorn_projection="delivery-log"}',
            (value) => value > 6,
          ),
          logged('delivery-log', /projection waits for PostgreSQL/),
        ),
      },
    ],
  },
  {
    name: 'tables are locked',
    bounds: 'usual',
    break: async (world) => {
      world.traffic.mood = 'mixed';
      await sleep(3_000);
      const unlocks = [
        await locked(world, 'LOCK TABLE retry_scheduler.lane_timers IN EXCLUSIVE MODE'),
        await locked(world, 'LOCK TABLE delivery_log.deliveries IN ACCESS EXCLUSIVE MODE'),
      ];
      const stop = asks(world);
      return async () => {
        stop();
        world.traffic.mood = 'calm';
        for (const unlock of unlocks) await unlock();
      };
    },
    runbooks: [
      { runbook: 'timers-late', alert: 'PosthornTimersStuck', look: shows('posthorn_timers_waiting', some) },
      { runbook: 'pool-exhausted', alert: 'PosthornPoolExhausted', look: selects('pool-exhausted') },
    ],
    never: ['PosthornPostgresAway'],
  },
  {
    name: 'somebody writes to our topics',
    bounds: 'usual',
    break: async (world) => {
      const producer = kafkaOf(world).producer();
      await producer.connect();
      const messages = [{ key: tenantId, value: '{"kind":"nonsense"' }];
      await producer.send({ topic: `${world.prefix}attempts.v1`, messages });
      await producer.disconnect();
      return nothing;
    },
    runbooks: [
      {
        runbook: 'unusable-records',
        alert: 'PosthornUnusableRecords',
        look: all(
          runs('unusable-records', /^kcat/, /"service":"delivery-log"/),
          logged('delivery-log', /record rejected/),
          shows(
            'posthorn_projection_delay_seconds{posthorn_projection="delivery-log"}',
            (value) => value < 6,
          ),
        ),
      },
    ],
  },
];

const cursors = (prefix: string, partition: number): string => `${prefix.slice(0, -1)}-cursors-${partition}`;
const partitions = [0, 1, 2, 3];

export const ownership: readonly Failure[] = [
  {
    name: 'another one takes the partitions away',
    bounds: 'usual',
    break: async (world) => {
      let stopped = false;
      const taking = (async () => {
        while (!stopped) {
          for (const partition of partitions) {
            const transactionalId = cursors(world.prefix, partition);
            const rival = kafkaOf(world).producer({
              transactionalId,
              maxInFlightRequests: 1,
              idempotent: true,
            });
            await rival.connect();
            const transaction = await rival.transaction();
            await transaction.abort();
            await rival.disconnect();
          }
          await sleep(3_000);
        }
      })();
      taking.catch(() => undefined);
      return async () => {
        stopped = true;
        await taking;
      };
    },
    runbooks: [
      {
        runbook: 'ownership-lost',
        alert: 'PosthornOwnershipLost',
        look: logged('dispatcher', /ownership lost.*/),
      },
    ],
  },
  {
    name: 'a transaction hangs',
    bounds: 'usual',
    break: async (world) => {
      await one(world, 'dispatcher').stop();
      const rival = kafkaOf(world).producer({
        transactionalId: 'hangs',
        transactionTimeout: 300_000,
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await rival.connect();
      const transaction = await rival.transaction();
      const messages = partitions.map((partition) => ({ partition, key: 'hangs', value: null }));
      await transaction.send({ topic: `${world.prefix}cursors.v1`, messages });
      one(world, 'dispatcher').start();
      return async () => {
        await transaction.abort();
        await rival.disconnect();
      };
    },
    runbooks: [
      {
        runbook: 'partitions-not-owned',
        alert: 'PosthornPartitionsNotOwned',
        look: shows('max(posthorn_partitions) - sum(posthorn_partitions_owned)', some),
      },
    ],
  },
];
