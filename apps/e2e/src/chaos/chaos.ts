import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Changes } from './changes.js';
import { DeliveryLog, deliveryKey } from './delivery-log.js';
import { Faults, planFaults } from './faults.js';
import { Fleet, type ServiceName } from './fleet.js';
import { setUpTenants } from './installation.js';
import { Ledger } from './ledger.js';
import { planTenants } from './plan.js';
import { postMortem, repeatedInLog } from './post-mortem.js';
import { Publishers } from './publishers.js';
import { Random } from './random.js';
import type { Receiver } from './receivers.js';
import { faultTable, verdictTable } from './report.js';
import { Stores } from './stores.js';
import { judge, type Verdict } from './verdict.js';

export type ChaosOptions = {
  seed: number;
  /** Events per second, in all. */
  rate: number;
  faultsMs: number;
  /** Between one fault and the next. */
  everyMs: [number, number];
  limitMs: number;
  json: boolean;
  markdown: boolean;
  keepLogs: boolean;
  logsDir: string;
  brokers: string;
  databaseUrl: string;
  firstPort: number;
};

export type Summary = {
  accepted: number;
  delivered: number;
  failed: number;
  waiting: number;
  lost: number;
  outOfOrder: number;
  duplicates: number;
  kills: number;
};

const tenants = 20;
const topicPrefix = 'chaos.';
const sessionTimeoutMs = 6_000;
const subscriptionTimeoutMs = 4_000;
const warmUpMs = 6_000;
const publishWithinMs = 30_000;
const settleWithinMs = 60_000;
/** What was still in its documented retry schedule then. */
const retriedWithinMs = 180_000;
const duplicatesMax = 0.02;

const counts: Partial<Record<ServiceName, number>> = {
  'subscription-api': 1,
  'event-ingest': 2,
  dispatcher: 2,
  'retry-scheduler': 1,
  'delivery-log': 1,
};

/** One run: the product under load, faults, receivers that fail, and a ledger of what was promised. */
export class Chaos {
  private readonly fleet: Fleet;
  private readonly stores = new Stores();
  private readonly ledger = new Ledger();
  private readonly faults: Faults;
  private readonly adminKey = `ph_${randomBytes(24).toString('base64url')}`;
  private receivers: Receiver[] = [];
  private readonly startedMs = performance.now();
  private scriptsFromMs = Infinity;
  private aborted = false;
  private verdict: Verdict | undefined;

  constructor(private readonly options: ChaosOptions) {
    const { firstPort, logsDir } = options;
    this.fleet = Fleet.of(counts, { firstPort, env: this.env(), logsDir });
    this.faults = new Faults(this.fleet, this.stores, (line) => this.say(line));
  }

  get summary(): Summary | undefined {
    if (!this.verdict) return undefined;
    const { untrue: _untrue, ...total } = this.verdict.total;
    return { ...total, kills: this.faults.kills };
  }

  /** Whether every promise was kept. */
  async run(): Promise<boolean> {
    const { seed, rate } = this.options;
    this.say(
      `seed ${seed}: ${rate} events/s over ${tenants} tenants; starting ${this.fleet.services.length} services`,
    );
    await this.fleet.start();
    const publishers = await this.prepare();
    publishers.start();
    await sleep(warmUpMs);
    const changes = new Changes(this.fleet, this.ledger.subscriptions, new Random(seed + 1));
    changes.start();
    await this.disturb();
    await changes.stop();
    const endedMs = performance.now();
    this.say(`note: subscriptions were changed ${changes.done} times`);
    for (const receiver of this.receivers) receiver.calm = true;
    const unpublished = await publishers.finish(publishWithinMs);
    const settledMs = await this.settle(endedMs);
    if (this.aborted) return false;
    const problems = this.problems(publishers, unpublished, settledMs);
    const orderings = planTenants(tenants).map(({ ordering }) => ordering);
    this.verdict = await judge(this.ledger, orderings, this.log());
    await this.fleet.stop();
    return this.report(this.verdict, [...changes.problems, ...problems, ...this.fleet.stubborn]);
  }

  /** Ends the run as soon as possible. */
  async abort(why: string): Promise<void> {
    console.error(`chaos: ${why}`);
    this.aborted = true;
    await this.fleet.kill();
    setTimeout(() => process.exit(1), 5_000);
  }

  async close(): Promise<void> {
    await (this.aborted ? this.fleet.kill() : this.fleet.stop());
    await Promise.all(this.receivers.map((receiver) => receiver.close()));
  }

  private async prepare(): Promise<Publishers> {
    const { seed, rate, brokers, faultsMs } = this.options;
    const plans = planTenants(tenants);
    this.receivers = await setUpTenants(plans, this.ledger, {
      fleet: this.fleet,
      adminKey: this.adminKey,
      seed,
      lengthMs: faultsMs,
      elapsedMs: () => performance.now() - this.scriptsFromMs,
      timeoutMs: subscriptionTimeoutMs,
    });
    this.noteRepeats();
    this.say(`${this.receivers.length} subscriptions are there`);
    const published = plans.map((plan, i) => ({ plan, tenant: this.ledger.tenants[i] }));
    const topic = `${topicPrefix}inbox.v1`;
    return new Publishers(published, this.fleet, rate, { brokers: brokers.split(','), topic });
  }

  /** Beside the logs of the services: when a repeat came, of what, and how long after the first time. */
  private noteRepeats(): void {
    const file = createWriteStream(join(this.options.logsDir, 'repeats.log'));
    for (const receiver of this.receivers) {
      const { name } = receiver.ledger!;
      receiver.onRepeat = (n, attempt, afterMs) => {
        const at = seconds(performance.now() - this.startedMs);
        file.write(
          `${at} ${new Date().toISOString()} ${name}: event ${n}, attempt ${attempt}, after ${seconds(afterMs)}\n`,
        );
      };
    }
  }

  private async disturb(): Promise<void> {
    const { seed, faultsMs, everyMs } = this.options;
    const plan = planFaults(new Random(seed), {
      lengthMs: faultsMs,
      everyMs,
      services: this.fleet.services.map(({ name }) => name),
      frozen: this.fleet.all('dispatcher').map(({ name }) => name),
      sessionTimeoutMs,
    });
    this.scriptsFromMs = performance.now();
    await this.faults.carryOut(plan, faultsMs, () => this.aborted);
    const left = faultsMs - (performance.now() - this.scriptsFromMs);
    if (left > 0 && !this.aborted) await sleep(left);
  }

  /** Until receivers have everything and the delivery log knows it; undefined where that took too long. */
  private async settle(fromMs: number): Promise<number | undefined> {
    this.say(`faults are over; ${this.ledger.acceptedCount} events accepted so far`);
    const log = this.log();
    let withinMs = settleWithinMs;
    let arrived = false;
    while (!this.aborted) {
      if (performance.now() >= fromMs + withinMs) {
        if (withinMs === retriedWithinMs || !(await this.onlyRetried(log))) break;
        withinMs = retriedWithinMs;
      }
      if (!arrived && this.ledger.open(1).length === 0) {
        arrived = true;
        this.say(`receivers have everything ${seconds(performance.now() - fromMs)} after the last fault`);
      }
      if (arrived && !(await this.anyWaiting(log))) return performance.now() - fromMs;
      await sleep(250);
    }
    this.say(`not settled ${withinMs / 1_000} s after the last fault`);
    return undefined;
  }

  /** Whether whatever receivers have not taken yet has failed there and is tried again. */
  private async onlyRetried(log: DeliveryLog): Promise<boolean> {
    const open = this.ledger.open();
    for (const tenant of new Set(open.map(({ subscription }) => subscription.tenant))) {
      const logged = await log.deliveries(tenant);
      for (const { subscription, n } of open) {
        if (subscription.tenant !== tenant) continue;
        const known = logged.get(deliveryKey(subscription.id, tenant.eventId(n) ?? ''));
        if (known?.status !== 'waiting') return false;
      }
    }
    if (open.length > 0)
      this.say(`note: ${open.length} deliveries are in their retry schedule, and waited for`);
    return open.length > 0;
  }

  private async anyWaiting(log: DeliveryLog): Promise<boolean> {
    for (const tenant of this.ledger.tenants) if (await log.hasWaiting(tenant)) return true;
    return false;
  }

  private log(): DeliveryLog {
    return new DeliveryLog(this.fleet.all('delivery-log').map(({ url }) => url));
  }

  private problems(publishers: Publishers, unpublished: number, settledMs: number | undefined): string[] {
    const problems = publishers.strange.slice(0, 5).map((answer) => `a publisher was answered ${answer}`);
    if (unpublished > 0) problems.push(`${unpublished} events could not be published`);
    if (settledMs === undefined) problems.push('it was not settled in time');
    else this.say(`settled ${seconds(settledMs)} after the last fault`);
    const strange = this.receivers.reduce((sum, receiver) => sum + receiver.strange, 0);
    if (strange > 0) problems.push(`${strange} requests were none of ours (redirects that were followed?)`);
    for (const surprise of this.fleet.surprises) this.say(`note: ${surprise}`);
    if (publishers.refusals > 0) this.say(`note: ${publishers.refusals} publishes were repeated`);
    return problems;
  }

  private async report(verdict: Verdict, problems: string[]): Promise<boolean> {
    const { total, broken } = verdict;
    if (total.duplicates > duplicatesMax * total.delivered) problems.push('2 % or more were duplicates');
    await this.noteRepeatedInLog();
    const kept = problems.length === 0 && broken.length === 0;
    if (!kept) {
      const log = { brokers: this.options.brokers, topicPrefix };
      for (const line of await postMortem(this.options.databaseUrl, log, broken)) console.log(line);
    }
    for (const line of ['', ...verdictTable(verdict, this.options), '']) console.log(line);
    for (const line of faultTable(this.faults.done, this.options)) console.log(line);
    console.log(kept ? '\nEvery promise was kept.' : '\nPromises were broken.');
    for (const problem of problems) console.log(`  ${problem}`);
    return kept;
  }

  /** A repeat that comes of these is one that deduplication has missed; others come of takeovers. */
  private async noteRepeatedInLog(): Promise<void> {
    const ids = await repeatedInLog(this.options.databaseUrl);
    let repeats = 0;
    for (const one of this.ledger.subscriptions)
      for (const n of one.tenant.acceptedNumbers())
        if (ids.has(one.tenant.eventId(n) ?? '')) repeats += one.repeatsOf(n);
    this.say(`note: ${ids.size} events stand in the log more than once; ${repeats} duplicates are of those`);
  }

  private env(): Record<string, string> {
    const { brokers, databaseUrl } = this.options;
    return {
      KAFKA_BROKERS: brokers,
      DATABASE_URL: databaseUrl,
      POSTHORN_TOPIC_PREFIX: topicPrefix,
      POSTHORN_PARTITIONS: '8',
      POSTHORN_ADMIN_KEY: this.adminKey,
      POSTHORN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_EGRESS_HTTP: 'on',
      POSTHORN_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      POSTHORN_LOG_LEVEL: 'info',
    };
  }

  private say(line: string): void {
    console.log(`${seconds(performance.now() - this.startedMs).padStart(8)}  ${line}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
