import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../chaos/fleet.js';
import type { Stores } from '../chaos/stores.js';
import type { Prometheus } from './prometheus.js';
import type { Traffic } from './traffic.js';

export type World = { fleet: Fleet; stores: Stores; traffic: Traffic; prometheus: Prometheus };

/** A runbook followed: something breaks, its alert fires, what the runbook looks at shows it, it ends. */
export type Drill = {
  runbook: string;
  alert: string;
  break(world: World): Promise<void>;
  /** What one sees who looks where the runbook says; throws where it is not there. */
  look(world: World): Promise<string>;
  repair(world: World): Promise<void>;
};

const firesWithinMs = 120_000;
const endsWithinMs = 240_000;

const readyOf = async ({ fleet }: World, service: 'delivery-log' | 'event-ingest', check: string) => {
  const response = await fetch(`${fleet.all(service)[0]!.url}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  if (!checks[check] || checks[check] === 'ok') throw new Error(`${check} is ${checks[check]}`);
  return `/health/ready of ${service}: ${check}: ${checks[check]}`;
};

const sample = async ({ prometheus }: World, expr: string, wanted: (value: number) => boolean) => {
  const [found] = await prometheus.query(expr);
  if (!found || !wanted(Number(found.value[1]))) throw new Error(`${expr} is ${found?.value[1]}`);
  return `${expr} = ${found.value[1]} ${JSON.stringify(found.metric)}`;
};

const killPostgres = {
  break: ({ stores }: World) => stores.kill('postgres'),
  repair: ({ stores }: World) => stores.start('postgres'),
};
const killKafka = {
  break: ({ stores }: World) => stores.kill('kafka'),
  repair: ({ stores }: World) => stores.start('kafka'),
};
const mood = (wanted: Traffic['mood']) => ({
  break: async ({ traffic }: World) => void (traffic.mood = wanted),
  repair: async ({ traffic }: World) => void (traffic.mood = 'calm'),
});
const frozenMs = 40_000;

export const drills: readonly Drill[] = [
  {
    runbook: 'healthy-receivers-fail',
    alert: 'PosthornHealthyReceiversFast',
    ...mood('mixed'),
    look: (world) =>
      sample(
        world,
        'sum by (error_type) (rate(posthorn_attempts_total{posthorn_receiver="healthy", posthorn_outcome="failed"}[20s]))',
        (value) => value > 0,
      ),
  },
  {
    runbook: 'tenant-error-spike',
    alert: 'PosthornTenantErrorSpike',
    ...mood('dead'),
    look: (world) => sample(world, 'posthorn_tenant_subscriptions_failing', (value) => value > 0),
  },
  {
    runbook: 'tenant-failing',
    alert: 'PosthornTenantFailing',
    ...mood('dead'),
    look: (world) => sample(world, 'posthorn:tenant:failed_ratio_rate5m', (value) => value > 0.5),
  },
  {
    runbook: 'many-subscriptions-failing',
    alert: 'PosthornManySubscriptionsFailing',
    ...mood('dead'),
    look: (world) => sample(world, 'sum(posthorn_subscriptions_failing)', (value) => value > 5),
  },
  {
    runbook: 'rejected-spike',
    alert: 'PosthornRejectedSpike',
    break: async ({ traffic }) => void (traffic.nonsense = true),
    look: (world) =>
      sample(
        world,
        'rate(posthorn_events_rejected_total{posthorn_code="invalid-event"}[20s])',
        (value) => value > 1,
      ),
    repair: async ({ traffic }) => void (traffic.nonsense = false),
  },
  {
    runbook: 'first-attempt-late',
    alert: 'PosthornFirstAttemptFast',
    // A dispatcher that stood still: what was accepted meanwhile is late.
    break: async ({ fleet }) => {
      const [dispatcher] = fleet.all('dispatcher');
      dispatcher!.freeze();
      await sleep(frozenMs);
      dispatcher!.thaw();
    },
    look: (world) => sample(world, 'posthorn:first_attempt:error_ratio_rate1h', (value) => value > 0.144),
    repair: async () => undefined,
  },
  {
    runbook: 'kafka-away',
    alert: 'PosthornKafkaAway',
    ...killKafka,
    look: (world) => readyOf(world, 'event-ingest', 'event-ingest.kafka'),
  },
  {
    runbook: 'api-errors',
    alert: 'PosthornApiErrorsFast',
    ...killKafka,
    look: (world) =>
      sample(world, 'posthorn_problems_total{posthorn_code="unavailable"}', (value) => value > 0),
  },
  {
    runbook: 'consumer-lag',
    alert: 'PosthornConsumerLag',
    // Its buffer is small here: while it cannot write it soon reads on no more.
    ...killPostgres,
    look: (world) =>
      sample(
        world,
        'max by (messaging_consumer_group_name) (posthorn_consumer_lag{messaging_consumer_group_name="delivery-log"})',
        (value) => value > 0,
      ),
  },
  {
    runbook: 'projection-delayed',
    alert: 'PosthornProjectionDelayed',
    ...killPostgres,
    look: (world) =>
      sample(
        world,
        'posthorn_projection_delay_seconds{posthorn_projection="delivery-log"}',
        (value) => value > 6,
      ),
  },
  {
    runbook: 'postgres-away',
    alert: 'PosthornPostgresAway',
    ...killPostgres,
    look: (world) => readyOf(world, 'delivery-log', 'delivery-log.database'),
  },
  {
    runbook: 'not-ready',
    alert: 'PosthornNotReady',
    ...killPostgres,
    look: (world) => readyOf(world, 'delivery-log', 'delivery-log.database'),
  },
  {
    runbook: 'service-down',
    alert: 'PosthornDown',
    break: async ({ fleet }) => fleet.all('retry-scheduler')[0]!.kill(),
    look: (world) => sample(world, 'up{job="posthorn-retry-scheduler"}', (value) => value === 0),
    repair: async ({ fleet }) => fleet.all('retry-scheduler')[0]!.start(),
  },
];

/** @throws Error saying what did not come as the runbook has it */
export async function follow(drill: Drill, world: World): Promise<string> {
  const { alert } = drill;
  const { prometheus } = world;
  const isFiring = async (): Promise<boolean> =>
    (await prometheus.alerts()).some(({ labels, state }) => labels.alertname === alert && state === 'firing');
  // It may still fire for what the drill before broke.
  await until(async () => !(await isFiring()), endsWithinMs, `${alert} fired before anything was broken`);
  const began = Date.now();
  await drill.break(world);
  try {
    await until(isFiring, firesWithinMs, `${alert} did not fire`);
    const firedS = Math.round((Date.now() - began) / 1_000);
    const seen = await drill.look(world);
    await drill.repair(world);
    const repaired = Date.now();
    await until(async () => !(await isFiring()), endsWithinMs, `${alert} did not end`);
    return `fired after ${firedS} s, ended ${Math.round((Date.now() - repaired) / 1_000)} s after the repair; ${seen}`;
  } catch (error) {
    await drill.repair(world).catch(() => undefined);
    throw error;
  }
}

async function until(holds: () => Promise<boolean>, withinMs: number, otherwise: string): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(500)) if (await holds()) return;
  throw new Error(`${otherwise} within ${withinMs / 1_000} s`);
}

/**
 * The rules with a clock that runs twenty times as fast: a drill is to take a minute, not a quarter of an
 * hour. Thresholds stay, but those that are times.
 */
export function hurried(rules: string): string {
  const seconds = (count: string, unit: string): number =>
    Number(count) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
  return rules
    .replace(/\[(\d+)([smhd])\]/g, (_, n: string, unit: string) => `[${Math.ceil(seconds(n, unit) / 20)}s]`)
    .replace(/offset (\d+)([smhd])/g, (_, n: string, unit: string) => `offset ${seconds(n, unit) / 20}s`)
    .replace(
      /for: (\d+)([smhd])/g,
      (_, n: string, unit: string) => `for: ${Math.ceil(seconds(n, unit) / 20)}s`,
    )
    .replace(/(posthorn_consumer_lag_age_seconds\)\s*>) 60/g, '$1 3')
    .replace(/(posthorn_projection_delay_seconds\)\s*>) 120/g, '$1 6');
}
