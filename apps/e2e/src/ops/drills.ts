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
const endsWithinMs = 180_000;

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

export const drills: readonly Drill[] = [
  {
    runbook: 'tenant-failing',
    alert: 'PosthornTenantFailing',
    break: async ({ traffic }) => void (traffic.dead = true),
    look: (world) => sample(world, 'sum(posthorn_subscriptions_failing)', (value) => value === 3),
    repair: async ({ traffic }) => void (traffic.dead = false),
  },
  {
    runbook: 'kafka-away',
    alert: 'PosthornKafkaAway',
    break: ({ stores }) => stores.kill('kafka'),
    look: (world) => readyOf(world, 'event-ingest', 'event-ingest.kafka'),
    repair: ({ stores }) => stores.start('kafka'),
  },
  {
    runbook: 'consumer-lag',
    alert: 'PosthornConsumerLag',
    // Its buffer is small here: while it cannot write it soon reads on no more.
    break: ({ stores }) => stores.kill('postgres'),
    look: (world) =>
      sample(
        world,
        'max by (messaging_consumer_group_name) (posthorn_consumer_lag{messaging_consumer_group_name="delivery-log"})',
        (value) => value > 0,
      ),
    repair: ({ stores }) => stores.start('postgres'),
  },
  {
    runbook: 'postgres-away',
    alert: 'PosthornPostgresAway',
    break: ({ stores }) => stores.kill('postgres'),
    look: (world) => readyOf(world, 'delivery-log', 'delivery-log.database'),
    repair: ({ stores }) => stores.start('postgres'),
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
 * hour. Thresholds stay, but the one of the lag's age.
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
    .replace(/(posthorn_consumer_lag_age_seconds\)\s*>) 60/g, '$1 3');
}
