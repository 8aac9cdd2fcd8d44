import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet, type Service } from '../chaos/fleet.js';
import { setUpTenants } from '../chaos/installation.js';
import { Ledger } from '../chaos/ledger.js';
import { planTenants, type TenantPlan } from '../chaos/plan.js';
import { Publishers } from '../chaos/publishers.js';

/** Below tools/soak.mjs, which owns Kafka and PostgreSQL. */
type Options = {
  minutes: number;
  rate: number;
  /** Share of the tenants whose receivers take nothing. */
  dead: number;
  json: boolean;
  brokers: string;
  databaseUrl: string;
  firstPort: number;
};

const options = JSON.parse(process.argv[2]) as Options;
const topicPrefix = 'soak.';
const tenants = 20;
const rows = 15;
const logsDir = mkdtempSync(join(tmpdir(), 'posthorn-soak-'));
const adminKey = `ph_${randomBytes(24).toString('base64url')}`;
const fleet = Fleet.of(
  { 'subscription-api': 1, 'event-ingest': 1, dispatcher: 1, 'retry-scheduler': 1, 'delivery-log': 1 },
  {
    firstPort: options.firstPort,
    logsDir,
    env: {
      KAFKA_BROKERS: options.brokers,
      DATABASE_URL: options.databaseUrl,
      POSTHORN_TOPIC_PREFIX: topicPrefix,
      POSTHORN_PARTITIONS: '8',
      POSTHORN_ADMIN_KEY: adminKey,
      POSTHORN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_EGRESS_HTTP: 'on',
    },
  },
);

/** Resident memory in MiB, as the operating system counts it. */
function residentMiB({ pid }: Service): number {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

function plansOf(): TenantPlan[] {
  const deadOnes = Math.round(tenants * options.dead);
  return planTenants(tenants).map((plan, i) => ({ ...plan, scripts: [i < deadOnes ? 'never' : 'ok'] }));
}

async function run(): Promise<boolean> {
  await fleet.start();
  const ledger = new Ledger();
  const plans = plansOf();
  const started = performance.now();
  const receivers = await setUpTenants(plans, ledger, {
    fleet,
    adminKey,
    seed: 1,
    lengthMs: options.minutes * 60_000,
    elapsedMs: () => performance.now() - started,
    timeoutMs: 4_000,
  });
  const published = plans.map((plan, i) => ({ plan, tenant: ledger.tenants[i] }));
  const inbox = { brokers: options.brokers.split(','), topic: `${topicPrefix}inbox.v1` };
  const publishers = new Publishers(published, fleet, options.rate, inbox);
  const taken = (): number =>
    ledger.tenants.reduce(
      (sum, { subscriptions }) => sum + subscriptions.reduce((n, s) => n + s.taken, 0),
      0,
    );
  publishers.start();
  const names = fleet.services.map(({ name }) => name);
  console.log(`| minute | accepted | taken | ${names.join(' | ')} |`);
  console.log(`|---:|---:|---:|${names.map(() => '---:|').join('')}`);
  const samples: number[][] = [];
  for (let i = 0; i <= rows; i++) {
    const memory = fleet.services.map(residentMiB);
    samples.push(memory);
    const minute = ((i * options.minutes) / rows).toFixed(1);
    console.log(`| ${minute} | ${ledger.acceptedCount} | ${taken()} | ${memory.join(' | ')} |`);
    if (i < rows) await sleep((options.minutes * 60_000) / rows);
  }
  await publishers.finish(30_000);
  await Promise.all(receivers.map((receiver) => receiver.close()));
  const [first, last] = [samples[Math.floor(rows / 3)], samples[rows]];
  const growth = names.map((name, i) => ({ name, warmMiB: first[i], endMiB: last[i] }));
  if (options.json) console.log(JSON.stringify({ accepted: ledger.acceptedCount, taken: taken(), growth }));
  return fleet.surprises.length === 0;
}

let code = 1;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void fleet.kill());
try {
  code = (await run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
}
await fleet.stop();
if (code === 0) rmSync(logsDir, { recursive: true, force: true });
else console.error(`What every process said is in ${logsDir}`);
process.exit(code);
