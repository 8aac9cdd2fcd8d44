import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from '../chaos/fleet.js';
import { Stores } from '../chaos/stores.js';
import { failures } from './drills.js';
import { follow, hurried } from './follow.js';
import { Prometheus } from './prometheus.js';
import { missing, type PanelQuery, unanswered } from './queries.js';
import { Traffic } from './traffic.js';
import type { Failure, World } from './world.js';

type Options = {
  brokers: string;
  databaseUrl: string;
  firstPort: number;
  /** Of Prometheus. */
  rules: string;
  queries: PanelQuery[];
  metrics: string[];
  /** Runbooks are followed: all that a stack with such bounds can be made to need, or those named. */
  drills?: { bounds: Failure['bounds']; runbooks: string[] };
};

/**
 * Below tools/ops-check.mjs, which owns Kafka and PostgreSQL: the services, some traffic, and a real
 * Prometheus that is asked what the dashboards ask.
 */
const options = JSON.parse(process.argv[2]) as Options;
const logsDir = mkdtempSync(join(tmpdir(), 'posthorn-ops-'));
const adminKey = `ph_${randomBytes(24).toString('base64url')}`;
const services = {
  'subscription-api': 1,
  'event-ingest': 1,
  dispatcher: 1,
  'retry-scheduler': 1,
  'delivery-log': 1,
} as const;
/** What little traffic reaches. */
const bounds: Record<Failure['bounds'], Record<string, string>> = {
  usual: { POSTHORN_LOG_BUFFER_RECORDS: '100' },
  small: {
    POSTHORN_SEND_MAX: '8',
    POSTHORN_LANE_EVENTS_MAX: '40',
    POSTHORN_EVENT_BYTES_MAX: '1048576',
  },
  window: { POSTHORN_WINDOW_RECORDS_MAX: '100', POSTHORN_LANE_EVENTS_MAX: '10000' },
};
const prefix = 'ops.';
const prometheusPortOffset = 15;
const quietMs = 20_000;
/** More tenants than there are permits: one alone never has all of them. */
const moreOf: Record<Failure['bounds'], { crowd?: number; late?: number }> = {
  usual: {},
  small: { crowd: 10 },
  window: { late: 8 },
};

const fleet = Fleet.of(services, {
  firstPort: options.firstPort,
  logsDir,
  env: {
    KAFKA_BROKERS: options.brokers,
    DATABASE_URL: options.databaseUrl,
    POSTHORN_TOPIC_PREFIX: prefix,
    POSTHORN_PARTITIONS: '4',
    POSTHORN_ADMIN_KEY: adminKey,
    POSTHORN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_EGRESS_HTTP: 'on',
    ...(options.drills ? bounds[options.drills.bounds] : {}),
  },
});

async function run(): Promise<boolean> {
  await fleet.start();
  const traffic = new Traffic(fleet, adminKey, options.drills ? moreOf[options.drills.bounds] : {});
  if (options.drills) traffic.mood = 'calm';
  await traffic.start();
  const targets = fleet.services.map(({ name, port }) => ({
    job: `posthorn-${name}`,
    address: `127.0.0.1:${port}`,
    patient: name === 'delivery-log' || name === 'retry-scheduler',
  }));
  const text = readFileSync(options.rules, 'utf8');
  const rules = options.drills ? hurried(text) : text;
  const prometheus = await Prometheus.start(options.firstPort + prometheusPortOffset, targets, rules);
  try {
    if (!options.drills) return await look(prometheus);
    const { brokers, databaseUrl } = options;
    const stores = new Stores();
    const world = { fleet, stores, traffic, prometheus, brokers, databaseUrl, logsDir, prefix };
    return await followAll(world, options.drills);
  } finally {
    prometheus.stop();
    await traffic.stop();
  }
}

async function look(prometheus: Prometheus): Promise<boolean> {
  await sleep(quietMs);
  const gone = await missing(prometheus, options.metrics);
  const silent = await unanswered(prometheus, options.queries);
  for (const name of gone) console.log(`  not exported by any service: ${name}`);
  for (const line of silent) console.log(`  ${line}`);
  const { metrics, queries } = options;
  console.log(`  ${metrics.length - gone.length} of ${metrics.length} metrics are exported`);
  console.log(`  ${queries.length - silent.length} of ${queries.length} queries of panels have an answer`);
  return gone.length === 0 && silent.length === 0;
}

async function followAll(world: World, wanted: NonNullable<Options['drills']>): Promise<boolean> {
  let ok = true;
  const named = ({ runbooks }: Failure): boolean =>
    wanted.runbooks.length === 0 || runbooks.some(({ runbook }) => wanted.runbooks.includes(runbook));
  for (const failure of failures.filter((one) => one.bounds === wanted.bounds && named(one))) {
    const followed = await follow(failure, world, (line) => console.log(line)).catch((error: Error) => {
      console.log(`  ✗ ${failure.name}: ${error.message}`);
      return false;
    });
    ok &&= followed;
    await world.fleet.ready(120_000);
  }
  return ok;
}

let ok = false;
try {
  ok = await run();
} catch (error) {
  console.error(error);
}
await fleet.stop();
if (ok) rmSync(logsDir, { recursive: true, force: true });
else console.log(`  the services' logs are in ${logsDir}`);
process.exit(ok ? 0 : 1);
