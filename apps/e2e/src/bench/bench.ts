import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet, type ServiceName } from '../chaos/fleet.js';
import { nextMessage } from './child.js';
import { monotonicMs } from './clock.js';
import { stretch, type Stretch } from './costly-functions.js';
import { type Figures, figuresOf } from './figures.js';
import { type ByProcess, Meter } from './meter.js';
import { caughtUp } from './projected.js';
import type { Published, PublisherAnswer, PublisherOptions } from './publisher.js';
import { Replay } from './replay.js';
import { idleFor, type Load, replayed, type Scenario, shortLoad, unordered, warmUps } from './scenarios.js';
import type { SinkRequest } from './sink.js';
import type { Told } from './tally.js';
import { type Tenant, Tenants } from './tenants.js';
import type { Traffic } from './traffic.js';

export type BenchOptions = {
  standalone: boolean;
  short: boolean;
  logsDir: string;
  brokers: string;
  databaseUrl: string;
  firstPort: number;
  pids: { kafka: number; postgres: number };
  /** Where services send metrics and spans (1 % of traces); nowhere where it is not given. */
  otlpUrl?: string;
  /** Whose profile is written to `logsDir`. */
  profile?: ServiceName;
};

const separate = [
  'subscription-api',
  'event-ingest',
  'dispatcher',
  'retry-scheduler',
  'delivery-log',
] as const;
const topicPrefix = 'bench.';
const eventType = 'order.changed';
/** So long without a single delivery, and what is missing is lost. */
const stalledMs = 30_000;
const publishedWithinMs = 300_000;
const profileEveryUs = 500;

type Before = { cpu: ByProcess; fromMs: number };
type After = { cpuAfter: ByProcess; told: Omit<Told, 'lastMs'>; untilMs: number; expected: number };

/** The product under load, measured from outside by what the operating system counts. */
export class Bench {
  private readonly fleet: Fleet;
  private readonly meter: Meter;
  private readonly adminKey = `ph_${randomBytes(24).toString('base64url')}`;
  private readonly brokers: string[];
  private sink: ChildProcess | undefined;
  private publisher: ChildProcess | undefined;
  private tenants!: Tenants;
  private runs = 0;
  /** What was measured of the time. */
  readonly stretches: Stretch[] = [];

  constructor(
    private readonly options: BenchOptions,
    private readonly say: (line: string) => void,
  ) {
    const names: readonly ServiceName[] = options.standalone ? ['standalone'] : separate;
    const counts = Object.fromEntries(names.map((name) => [name, 1]));
    const { firstPort, logsDir, profile } = options;
    const flags = ['--cpu-prof', `--cpu-prof-dir=${logsDir}`, `--cpu-prof-interval=${profileEveryUs}`];
    this.fleet = Fleet.of(counts, {
      firstPort,
      logsDir,
      env: this.env(),
      flags: profile ? { [profile]: flags } : {},
    });
    this.meter = new Meter(this.fleet, options.pids);
    this.brokers = options.brokers.split(',');
  }

  async start(): Promise<void> {
    await this.fleet.start();
    this.sink = fork(join(import.meta.dirname, 'sink.js'), { serialization: 'advanced' }); // it tells NaN
    const { ports } = await nextMessage<{ ports: number[] }>(this.sink);
    const publisher: PublisherOptions = {
      brokers: this.brokers,
      topic: `${topicPrefix}inbox.v1`,
      ingestUrl: this.urlOf('event-ingest'),
      key: this.adminKey,
    };
    this.publisher = fork(join(import.meta.dirname, 'publisher.js'), [JSON.stringify(publisher)], {
      execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    });
    await nextMessage(this.publisher);
    this.tenants = new Tenants(this.urlOf('subscription-api'), this.adminKey, ports, eventType);
  }

  async warmUp(): Promise<void> {
    const tenants = await this.tenants.make(unordered);
    for (const load of warmUps) {
      const short = this.options.short ? shortLoad(load) : load;
      await this.expect({ places: 1, events: short.events });
      await this.publish(short, tenants);
      await this.delivered(short.events);
    }
    await this.tenants.become('disabled', tenants);
    await this.quiet();
  }

  async measure(scenario: Scenario): Promise<Figures> {
    const { kind, setup } = scenario;
    if (kind === 'idle') return this.idle();
    const tenants = await this.tenants.make(setup);
    await this.quiet();
    this.meter.watchMemory();
    const measured = await (kind === 'dead'
      ? this.dead(scenario, tenants)
      : this.measureKind(scenario, tenants));
    await this.tenants.become('disabled', tenants);
    return measured;
  }

  /** Ends that nobody asked for. */
  get surprises(): string[] {
    return this.fleet.surprises;
  }

  async stop(): Promise<void> {
    for (const child of [this.publisher, this.sink]) if (child?.connected) child.disconnect();
    await this.fleet.stop();
  }

  async kill(): Promise<void> {
    for (const child of [this.publisher, this.sink]) child?.kill('SIGKILL');
    await this.fleet.kill();
  }

  private measureKind(scenario: Scenario, tenants: Tenant[]): Promise<Figures> {
    if (scenario.kind === 'catch-up') return this.catchUp(scenario, tenants);
    if (scenario.kind === 'replay') return this.replay(scenario, tenants);
    if (scenario.kind === 'projection') return this.projection(scenario, tenants);
    return this.flow(scenario, tenants);
  }

  private async flow({ setup, traffic }: Scenario, tenants: Tenant[]): Promise<Figures> {
    const { fanOut, failing } = setup;
    await this.expect({ places: fanOut, events: traffic.events, failing });
    const cpu = this.meter.cpuUs();
    const { firstAcceptMs, late } = await this.publish(traffic, tenants);
    if (late > 0) this.say(`note: ${late} of ${traffic.events} events were published late`);
    return this.rest({ cpu, fromMs: firstAcceptMs }, traffic.events * fanOut);
  }

  private async catchUp({ traffic }: Scenario, tenants: Tenant[]): Promise<Figures> {
    await this.tenants.become('paused', tenants);
    await this.expect({ places: 1, events: traffic.events, timedPlaces: 0 });
    await this.publish(traffic, tenants);
    await this.quiet();
    const before = { cpu: this.meter.cpuUs(), fromMs: monotonicMs() };
    await this.tenants.become('active', tenants);
    return this.rest(before, traffic.events);
  }

  private async projection({ traffic }: Scenario, tenants: Tenant[]): Promise<Figures> {
    const log = this.fleet.named('delivery-log');
    await this.expect({ places: 1, events: traffic.events, timedPlaces: 0 });
    log.freeze();
    await this.publish(traffic, tenants);
    await this.delivered(traffic.events);
    const cpu = this.meter.cpuUs();
    const { fromMs, untilMs } = await caughtUp(log);
    const cpuAfter = await this.quiet();
    const told = await this.ask({ kind: 'tell', latencies: true });
    return this.figures({ cpu, fromMs }, { cpuAfter, told, untilMs, expected: traffic.events });
  }

  private async replay({ setup, traffic }: Scenario, tenants: Tenant[]): Promise<Figures> {
    const events = Math.max(traffic.events, replayed);
    const [again] = await this.tenants.make({ ...setup, tenants: 1 }, 1);
    const replay = new Replay(this.brokers, `${topicPrefix}events.v1`);
    await replay.mark();
    await this.expect({ places: 2, events });
    await this.publish({ ...traffic, way: 'kafka', events: replayed }, [again]);
    await this.delivered(replayed);
    await this.quiet();
    await this.expect({ places: 2, events, timedPlaces: 1 });
    const cpu = this.meter.cpuUs();
    await replay.order(again);
    const { firstAcceptMs } = await this.publish(traffic, tenants);
    const figures = await this.rest({ cpu, fromMs: firstAcceptMs }, traffic.events + replayed);
    await this.tenants.become('disabled', [again]);
    return figures;
  }

  private async dead({ traffic, setup: { failing } }: Scenario, tenants: Tenant[]): Promise<Figures> {
    await this.expect({ places: 1, events: traffic.events, failing });
    await this.publish(traffic, tenants);
    return this.idle();
  }

  private async idle(): Promise<Figures> {
    await this.quiet();
    this.meter.watchMemory();
    const before = { cpu: this.meter.cpuUs(), fromMs: monotonicMs() };
    await sleep(idleFor(this.options.short));
    const told = { distinct: 0, duplicates: 0, strange: 0, p50Ms: NaN, p99Ms: NaN };
    const after = { cpuAfter: this.meter.cpuUs(), untilMs: monotonicMs() };
    return this.figures(before, { ...after, told, expected: 0 });
  }

  /** What is left after publishing: deliveries, and then what is projected of them. */
  private async rest(before: Before, expected: number): Promise<Figures> {
    await this.delivered(expected);
    const cpuAfter = await this.quiet();
    const told = await this.ask({ kind: 'tell', latencies: true });
    return this.figures(before, { cpuAfter, told, untilMs: told.lastMs, expected });
  }

  private figures({ cpu: cpuBefore, fromMs }: Before, { untilMs, ...after }: After): Figures {
    this.stretches.push(stretch(fromMs, untilMs));
    return figuresOf({ ...after, cpuBefore, lengthMs: untilMs - fromMs, rssMb: this.meter.peakMb() });
  }

  /** Until so many have come, or none any more. */
  private async delivered(expected: number): Promise<void> {
    let last = 0;
    let movedMs = monotonicMs();
    while (monotonicMs() - movedMs < stalledMs) {
      const { distinct } = await this.ask({ kind: 'tell', latencies: false });
      if (distinct >= expected) return;
      if (distinct > last) movedMs = monotonicMs();
      last = distinct;
      await sleep(100);
    }
    this.say(`note: ${expected - last} of ${expected} deliveries did not come`);
  }

  private async publish(load: Load, tenants: readonly Tenant[]): Promise<Published> {
    const traffic: Traffic = {
      ...load,
      tenants: tenants.map(({ id }) => id),
      run: `b${this.runs++}`,
      type: eventType,
    };
    this.publisher!.send(traffic);
    const answer = await nextMessage<PublisherAnswer>(this.publisher!, publishedWithinMs);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  private async expect(what: {
    places: number;
    events: number;
    failing?: number;
    timedPlaces?: number;
  }): Promise<void> {
    const { failing = 0, timedPlaces = what.places } = what;
    await this.ask({ kind: 'expect', ...what, failing, timedPlaces });
  }

  private ask(request: SinkRequest): Promise<Told> {
    this.sink!.send(request);
    return nextMessage(this.sink!);
  }

  /** @returns what was spent until then */
  private async quiet(): Promise<ByProcess> {
    const { rested, cpu } = await this.meter.rest();
    if (!rested) this.say('note: it did not come to rest');
    return cpu;
  }

  private urlOf(service: ServiceName): string {
    return this.fleet.named(this.options.standalone ? 'standalone' : service).url;
  }

  private env(): Record<string, string> {
    const { brokers, databaseUrl, otlpUrl } = this.options;
    return {
      ...(otlpUrl ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl, OTEL_TRACES_SAMPLER_ARG: '0.01' } : {}),
      KAFKA_BROKERS: brokers,
      DATABASE_URL: databaseUrl,
      POSTHORN_TOPIC_PREFIX: topicPrefix,
      POSTHORN_ADMIN_KEY: this.adminKey,
      POSTHORN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_EGRESS_HTTP: 'on',
      // One address and one key publish all there is.
      POSTHORN_INGEST_RATE_PER_ADDRESS: '0',
      POSTHORN_INGEST_RATE_PER_KEY: '0',
      // Up to 100,000 subscriptions are made with one key.
      POSTHORN_RATE_PER_ADDRESS: '0',
      POSTHORN_RATE_PER_KEY: '0',
    };
  }
}
