import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, expect } from '../chaos/api.js';
import { Fleet } from '../chaos/fleet.js';
import { table } from '../chaos/report.js';
import { BadReceiver, type Kind, kindNames, kinds } from './bad-receivers.js';
import { Load, type Publication, type Target } from './load.js';
import { MeasuredReceiver } from './measured-receiver.js';
import { isKept, isWithin, Samples } from './samples.js';

export type IsolationOptions = {
  /** Events per second over all tenants. */
  rate: number;
  /** Of each case, without its warm-up. */
  caseMs: number;
  warmUpMs: number;
  limitMs: number;
  json: boolean;
  markdown: boolean;
  keepLogs: boolean;
  logsDir: string;
  brokers: string;
  databaseUrl: string;
  firstPort: number;
};

type CaseName = Kind | 'mixed';
type Measured = {
  kind: CaseName;
  samples: Samples;
  /** From the instant an event was due until its publisher had the answer. */
  accepting: Samples;
  accepted: number;
  delivered: number;
  /** Requests that the other half of the receivers saw (connections, where TLS stalls). */
  asked: number;
};

const half = 10;
/** BRZ 365's; an answer in 4.9 s is just in time. */
const timeoutMs = 5_000;
const topicPrefix = 'isolation.';
/** What is delivered later than that after its case is not counted as delivered in it. */
const lateMs = 2_000;

/** Twenty tenants: ten whose receivers are measured, ten whose receivers are of the kind of the case. */
export class Isolation {
  private readonly fleet: Fleet;
  private readonly adminKey = `ph_${randomBytes(24).toString('base64url')}`;
  private readonly measured: MeasuredReceiver[] = [];
  private readonly healthy: Target[] = [];
  private readonly results: Measured[] = [];
  private readonly startedMs = performance.now();
  private readonly load: Load;
  private made = 0;
  private aborted = false;

  constructor(private readonly options: IsolationOptions) {
    const counts = {
      'subscription-api': 1,
      'event-ingest': 1,
      dispatcher: 1,
      'retry-scheduler': 1,
      'delivery-log': 1,
    };
    const { firstPort, logsDir, rate } = options;
    this.fleet = Fleet.of(counts, { firstPort, logsDir, env: this.env() });
    this.load = new Load(this.fleet.named('event-ingest').url, rate);
  }

  get summary(): object | undefined {
    const quiet = this.quiet();
    if (quiet.count === 0) return undefined;
    const cases = this.cases().map(({ kind, samples, accepted, delivered }) => ({
      kind,
      healthyP99Ms: rounded(samples.percentile(99)),
      healthyAccepted: accepted,
      healthyDelivered: delivered,
    }));
    return { quietP99Ms: rounded(quiet.percentile(99)), cases };
  }

  /** Whether healthy receivers hardly noticed, in every case. */
  async run(): Promise<boolean> {
    const { rate, caseMs } = this.options;
    this.say(`${rate} events/s over ${2 * half} tenants, ${caseMs / 1_000} s a case; starting the services`);
    await this.fleet.start();
    for (let i = 0; i < half; i++) {
      const receiver = await MeasuredReceiver.start();
      this.measured.push(receiver);
      this.healthy.push(await this.tenant(receiver.url));
    }
    await this.load.run(this.healthy, 3 * this.options.warmUpMs); // code and broker are warm after it
    // What else the machine does changes: the quiet runs stand among the others.
    const order: CaseName[] = [
      'healthy',
      ...kinds.slice(0, 3),
      'healthy',
      ...kinds.slice(3),
      'mixed',
      'healthy',
    ];
    for (const kind of order) {
      if (this.aborted) return false;
      this.results.push(await this.measure(kind));
    }
    return this.report();
  }

  async abort(why: string): Promise<void> {
    console.error(`isolation: ${why}`);
    this.aborted = true;
    await this.fleet.kill();
    setTimeout(() => process.exit(1), 5_000);
  }

  async close(): Promise<void> {
    await this.load.close();
    await (this.aborted ? this.fleet.kill() : this.fleet.stop());
    await Promise.all(this.measured.map((receiver) => receiver.close()));
  }

  /**
   * Ten new tenants with such receivers; their subscriptions are disabled afterwards, so that nothing is
   * left.
   */
  private async measure(kind: CaseName): Promise<Measured> {
    const receivers: BadReceiver[] = [];
    const others: Target[] = [];
    for (let i = 0; i < half; i++) {
      const receiver = await BadReceiver.start(kind === 'mixed' ? kinds[i % kinds.length] : kind, this.made);
      receivers.push(receiver);
      others.push(await this.tenant(receiver.url));
    }
    const targets = this.healthy.flatMap((target, i) => [target, others[i]]);
    await this.load.run(targets, this.options.warmUpMs);
    const publications = await this.load.run(targets, this.options.caseMs);
    await this.load.idle(lateMs);
    await sleep(lateMs);
    const result = {
      kind,
      ...this.evaluate(publications),
      asked: receivers.reduce((sum, r) => sum + r.asked, 0),
    };
    for (const target of others) await this.disable(target);
    await Promise.all(receivers.map((receiver) => receiver.close()));
    const p99 = result.samples.percentile(99).toFixed(0);
    this.say(`${kindNames[kind]}: p99 ${p99} ms, ${result.delivered} of ${result.accepted} delivered`);
    return result;
  }

  private evaluate(
    publications: readonly Publication[],
  ): Pick<Measured, 'samples' | 'accepting' | 'accepted' | 'delivered'> {
    const samples = new Samples();
    const accepting = new Samples();
    // Healthy tenants have the even places.
    const published = publications.filter(({ target, acceptedMs }) => target % 2 === 0 && acceptedMs);
    for (const { n, target, dueMs, acceptedMs } of published) {
      accepting.add(acceptedMs! - dueMs);
      const arrivedMs = this.measured[target / 2].arrivalOf(n);
      if (arrivedMs !== undefined) samples.add(arrivedMs - dueMs);
    }
    return { samples, accepting, accepted: published.length, delivered: samples.count };
  }

  private quiet(): Samples {
    const all = new Samples();
    for (const { kind, samples } of this.results) if (kind === 'healthy') all.addAll(samples);
    return all;
  }

  private cases(): Measured[] {
    return this.results.filter(({ kind }) => kind !== 'healthy');
  }

  private report(): boolean {
    const quietP99Ms = this.quiet().percentile(99);
    const meets = ({ samples, accepted, delivered }: Measured): boolean =>
      isWithin(samples.percentile(99), quietP99Ms) && isKept(delivered, accepted);
    const row = (result: Measured): string[] => [
      kindNames[result.kind],
      result.accepting.percentile(50).toFixed(1),
      result.samples.percentile(50).toFixed(1),
      result.samples.percentile(99).toFixed(1),
      `${result.delivered} of ${result.accepted}`,
      String(result.asked),
      meets(result) ? 'yes' : 'no',
    ];
    const head = [
      'half of the receivers',
      'accepted p50 ms',
      'p50 ms',
      'p99 ms',
      'delivered',
      'others asked',
      'in goal',
    ];
    for (const line of ['', ...table([head, ...this.results.map(row)], this.options)]) console.log(line);
    const goalMs = 1.5 * quietP99Ms + 20;
    console.log(
      `\nGoal: p99 of at most ${goalMs.toFixed(0)} ms (1.5 × quiet + 20 ms), 95 % delivered in time.`,
    );
    const met = this.results.every(meets);
    console.log(met ? 'Healthy receivers hardly noticed.' : 'Healthy receivers suffered.');
    return met;
  }

  private async tenant(hook: string): Promise<Target> {
    const { url } = this.fleet.named('subscription-api');
    const id = `isolation-${this.made++}`;
    const admin = { key: this.adminKey };
    const tenants = `${url}/v1/tenants`;
    const tenant = { id, profile: 'standard', name: id };
    await expect([201, 202, 409], () => call('POST', tenants, { ...admin, body: tenant }));
    const body = { name: 'isolation', scopes: ['publish', 'read', 'manage'] };
    const made = await expect([201, 202], () =>
      call<{ key: string }>('POST', `${tenants}/${id}/keys`, { ...admin, body }),
    );
    const subscription = { name: id, url: hook, timeoutMs, filter: { types: ['order.changed'] } };
    const path = `${tenants}/${id}/subscriptions`;
    await expect([201, 202], () => call('POST', path, { key: made.key, body: subscription }));
    return { tenantId: id, key: made.key };
  }

  private async disable({ tenantId, key }: Target): Promise<void> {
    const path = `${this.fleet.named('subscription-api').url}/v1/tenants/${tenantId}/subscriptions`;
    const { items } = await expect([200], () => call<{ items: { id: string }[] }>('GET', path, { key }));
    for (const { id } of items) {
      const body = { status: 'disabled' };
      await expect([200, 202], () => call('PATCH', `${path}/${id}`, { key, body }));
    }
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
      POSTHORN_LOG_LEVEL: 'warn',
    };
  }

  private say(line: string): void {
    const s = ((performance.now() - this.startedMs) / 1_000).toFixed(1);
    console.log(`${s.padStart(6)} s  ${line}`);
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
