import { decodeEvents, dueTopic, eventsTopic } from '@posthorn/contracts';
import { DispatcherSettings } from '../../dispatcher.config.js';
import { marginMs } from '../../known-endings.js';
import type { PartitionOwner } from '../../partition-owner.js';
import { Broker } from './broker.js';
import { History } from './history.js';
import { type Answer, type Flight, Node, type NodeSettings } from './node.js';
import { Publisher, retryPolicy } from './publisher.js';
import { Referee, Violation, type Witness } from './referee.js';
import { Scheduler } from './scheduler.js';
import type { Step, StepKind } from './steps.js';
import { VirtualTime } from './virtual-time.js';

const limits: Partial<NodeSettings>[] = [
  { laneEventsMax: 3 },
  { laneEventsMax: 2, windowRecordsMax: 6 },
  { laneEventsMax: 6, laneBytesMax: 900, windowBytesMax: 2_500, eventBytesMax: 2_000 },
  {},
];

const answers: Answer[] = [
  { status: 200 },
  { status: 500 },
  { status: 503, retryAfterS: 1 },
  { status: 0 },
  { status: 410 },
  { status: 429 },
];
/** Mostly well, for single answers. */
const dice = [0, 1, 0, 0, 3, 0, 1, 2, 0, 4, 0, 5];
const passes = [10, 50, 100, 100, 200, 400, 1_000, 3_100];
const nodesMax = 4;
const longestWaitMs = 10 * 60_000;
/** What the dispatcher may say when it was fenced, or could not know. */
const expectedLoss = /^(Fenced|OutcomeUnknown|Error: given up|Error: .* is finished)/;

/** A whole installation of one partition in memory, moved by steps; every promise is checked after each. */
export class Simulation implements Witness {
  readonly broker: Broker;
  readonly history = new History();
  readonly scheduler: Scheduler;
  readonly referee: Referee;
  readonly publisher: Publisher;
  readonly trace: string[] = [];
  owner: Node;
  private readonly time = new VirtualTime();
  private readonly nodes: Node[] = [];
  private readonly moods = new Map<string, number>();
  private readonly settings: NodeSettings;
  private started = 0;
  private taken = 0;
  private readonly owners = new WeakSet<PartitionOwner>();
  private readonly draining = new Set<Node>();
  private readonly drained = new Set<Node>();
  private failure: Error | undefined;

  constructor(
    scenario: number,
    private readonly verbose = false,
  ) {
    this.time.install();
    const now = (): number => this.time.now;
    this.broker = new Broker(now);
    this.scheduler = new Scheduler(this.broker, now);
    this.publisher = new Publisher(this.broker, this.history, now);
    this.referee = new Referee(this, () => retryPolicy);
    this.settings = Object.assign(new DispatcherSettings(), {
      sendMax: 12,
      sendPerOriginMax: 3,
      sendPerSubscriptionMax: 2,
      sendLeaseMs: 3_000,
      windowRecordsMax: 100,
      laneEventsMax: 100,
      laneBytesMax: 1e6,
      windowBytesMax: 1e6,
      eventBytesMax: 1e6,
      ...limits[scenario % limits.length],
    });
    const first = Math.floor(scenario / limits.length);
    for (let at = 0; at < 5; at++) if ((first >> at) % 2 === 0) this.publisher.create(at);
    this.owner = this.newNode();
    this.owner.assign();
  }

  get now(): number {
    return this.time.now;
  }

  end(): void {
    for (const node of this.nodes) if (!node.dead) node.kill();
    this.time.uninstall();
  }

  async step([kind, a, b]: Step): Promise<void> {
    this.note(() => `${this.now} ${kind} ${a} ${b}`);
    await this.actions[kind](a, b);
    // Sometimes the event loop has not come round before the next thing happens.
    await this.time.settle(b % 16 !== 15);
    for (const node of this.drained) await this.replaceDrained(node);
    this.check();
  }

  check(): void {
    if (this.failure) throw this.failure;
    this.countOwners();
    this.referee.check();
  }

  /** One round of everything, as it goes when nothing is in the way. */
  async flow(batch: number, moodOf: (flight: Flight) => Answer): Promise<void> {
    const { owner, scheduler } = this;
    for (const topic of [eventsTopic.name, dueTopic.name]) this.deliver(owner, topic, batch);
    for (const work of [
      () => owner.commit('done'),
      () => owner.read(batch, false),
      () => owner.commit('done'),
    ]) {
      work();
      await this.time.settle();
    }
    for (const flight of [...owner.flights]) this.answer(flight, moodOf(flight));
    await this.time.settle();
    owner.acknowledge(Infinity);
    await this.time.settle();
    owner.commit('done');
    await this.time.settle();
    scheduler.project(Infinity);
    scheduler.handOver(Infinity, false);
  }

  /** From now on everything works: whoever believes to own the partition and does not is gone. */
  async heal(): Promise<void> {
    for (const node of this.nodes) if (node !== this.owner && !node.dead) node.kill();
    this.owner.refusing = false;
    this.publisher.current.forEach((snapshot, at) => {
      if (snapshot?.status === 'paused') this.publisher.update(at, { status: 'active' });
    });
    await this.time.settle();
    this.check();
  }

  async healthyRound(): Promise<void> {
    await this.flow(5, () => ({ status: 200 }));
    this.check();
    const wait = this.scheduler.nextAt - this.now;
    const idle = this.owner.flights.length + this.owner.queue.length + this.owner.commits.length === 0;
    // What waits for days waits for a person, and that is not what brings things to their end.
    if (idle && wait > 1_000 && wait < longestWaitMs) await this.stall(wait);
    await this.pass(100);
    await this.time.settle();
    for (const node of this.drained) await this.replaceDrained(node);
    this.check();
  }

  private readonly actions: Record<StepKind, (a: number, b: number) => unknown> = {
    publish: (a, b) => this.publisher.event(a, b),
    repeat: (a, b) => this.publisher.repeat(a, b),
    garbage: (a) => this.publisher.garbage(a % 3 === 0 ? dueTopic.name : eventsTopic.name),
    control: (a, b) => this.publisher.change(a, b),
    command: (a, b) => this.publisher.command(a, b % 2 === 0 ? 'retry-now' : 'skip', this.parkedAt(a, b)),
    replay: (a, b) => this.publisher.replay(a, b),
    read: (a, b) => this.deliver(this.some(a), eventsTopic.name, 1 + (b % 5)),
    due: (a, b) => this.deliver(this.some(a), dueTopic.name, 1 + (b % 4)),
    answer: (a, b) => {
      const flights = this.alive().flatMap((node) => node.flights);
      if (flights.length > 0) this.answer(flights[a % flights.length], answers[dice[b % dice.length]]);
    },
    mood: (a, b) => this.moods.set(`sub_${a % 5}`, b % answers.length),
    write: (a, b) => this.some(a).write(1 + (b % 3)),
    ack: (a, b) => this.some(a).acknowledge(1 + (b % 4)),
    commit: (a, b) => {
      const how = b % 20 === 18 ? 'unknown-done' : b % 20 === 19 ? 'unknown-lost' : 'done';
      this.some(a).commit(how);
    },
    feed: (a, b) => this.some(a).read(1 + (b % 4), b % 13 === 12),
    schedule: (a, b) => {
      this.scheduler.project(1 + (a % 6));
      this.scheduler.handOver(1 + (b % 4), b % 9 === 8);
    },
    repeatDue: (a) => this.scheduler.repeat(a),
    pass: (a) => this.pass(passes[a % passes.length]),
    stall: (a) => this.stall([200, 3_500, 20_000, 700_000][a % 4]),
    flow: async (a, b) => {
      await this.flow(1 + (b % 5), ({ slot }) => this.moodOf(slot.subscription.snapshot.id));
      await this.pass(passes[a % 4]);
    },
    crash: (a, b) => this.crash(a, b),
    usurp: (a) => this.assignAnother(a),
    tell: () => this.zombies()[0]?.revoke(),
    handOff: (a) => {
      this.owner.revoke();
      this.assignAnother(a);
    },
    drain: () => {
      const { owner } = this;
      if (this.draining.has(owner)) return;
      this.draining.add(owner);
      void owner.service.drain().then(() => void this.drained.add(owner));
    },
    refuse: () => void (this.owner.refusing = !this.owner.refusing),
  };

  /** An order may name the event it is about. */
  private parkedAt(a: number, b: number): Record<string, unknown> {
    const lanes = [...this.broker.lanes.values()];
    return b % 3 > 0 && lanes.length > 0 ? { cursors: [lanes[a % lanes.length].message.cursor] } : {};
  }

  private deliver(node: Node, topic: string, max: number): void {
    const records = node.deliver(topic, max);
    if (topic !== eventsTopic.name) return;
    for (const { offset, value } of records) {
      this.referee.readTo = Math.max(this.referee.readTo, offset + 1);
      if (value?.toString() === 'garbage') continue;
      const message = decodeEvents(value);
      if (message.kind === 'subscription') this.referee.touch(message.snapshot.id);
      else if (message.kind === 'command') this.referee.touch(message.subscriptionId);
    }
  }

  private answer(flight: Flight, answer: Answer): void {
    this.referee.answered(flight, answer);
    flight.node.answer(flight, answer);
  }

  private moodOf(subscriptionId: string): Answer {
    return answers[this.moods.get(subscriptionId.slice(0, 5)) ?? 0];
  }

  /** Members of the group go on with their heartbeats; who lost the partition unawares does not. */
  private async pass(ms: number): Promise<void> {
    const zombies = this.zombies();
    for (let left = ms; left > 0; left -= 500) {
      for (const node of this.alive()) if (!zombies.includes(node)) node.lastHeartbeatMs = this.now;
      await this.time.pass(Math.min(left, 500));
    }
  }

  private crash(a: number, b: number): void {
    const { owner } = this;
    owner.write(b % 4);
    owner.commit((b >> 2) % 2 === 0 ? 'unknown-lost' : 'unknown-done');
    owner.kill();
    this.assignAnother(a);
  }

  private async replaceDrained(node: Node): Promise<void> {
    this.drained.delete(node);
    if (node.dead) return;
    node.kill();
    if (node === this.owner) this.assignAnother(1);
    await this.time.settle();
  }

  /** The group's coordinator gives the partition to another member, or to a new one. */
  private assignAnother(a: number): void {
    const zombies = this.zombies();
    const idle = this.alive().filter(
      (node) => node !== this.owner && !zombies.includes(node) && !this.draining.has(node),
    );
    if (this.alive().length >= nodesMax && idle.length === 0) zombies[0]?.kill();
    const next = a % 2 === 0 && idle.length > 0 ? idle[0] : this.newNode();
    this.owner = next;
    next.lastHeartbeatMs = this.now;
    next.assign();
  }

  private alive(): Node[] {
    return this.nodes.filter(({ dead }) => !dead);
  }

  private zombies(): Node[] {
    return this.alive().filter((node) => node !== this.owner && node.holds);
  }

  /** The owner, or now and then one that was. */
  private some(a: number): Node {
    const others = this.alive().filter((node) => node !== this.owner);
    return a % 4 === 3 && others.length > 0 ? others[(a >> 2) % others.length] : this.owner;
  }

  private async stall(ms: number): Promise<void> {
    // As long as the owner is alone it may write afterwards, and does not know how long it was away.
    if (ms > marginMs) this.broker.knowable.clear();
    await this.time.stall(ms);
  }

  private newNode(): Node {
    const node = new Node(`node-${++this.started}`, this.broker, () => this.time.now, this.settings, {
      sent: (flight) => {
        this.countOwners(flight.node);
        this.guarded(() => this.referee.sent(flight));
      },
      offered: (record) => this.guarded(() => this.referee.offered(record)),
      noted: (text) => this.note(text),
      said: (from, level, message, fields) => this.said(from, level, message, fields),
    });
    this.nodes.push(node);
    return node;
  }

  private note(text: () => string): void {
    if (this.verbose) this.trace.push(text());
  }

  /** Every ownership after the first is a takeover. */
  private countOwners({ owner, overAtFence } = this.owner): void {
    if (!owner || this.owners.has(owner)) return;
    this.owners.add(owner);
    this.referee.tookOver(owner, overAtFence);
    this.referee.takeovers = this.taken++;
  }

  private said({ name }: Node, level: string, message: string, fields: Record<string, unknown>): void {
    if (level === 'debug' || message === 'attempt') return;
    this.trace.push(`${name}: ${message} ${JSON.stringify(fields)}`);
    const error = String(fields.error ?? '');
    const expected =
      message === 'catch-up read failed' ? error === 'Error: injected' : !error || expectedLoss.test(error);
    if (!expected) this.failure ??= new Violation(`${name}: ${message}: ${error}`);
  }

  /** What the engine would catch is kept, so that it cannot be overlooked. */
  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure ??= error as Error;
    }
  }
}
