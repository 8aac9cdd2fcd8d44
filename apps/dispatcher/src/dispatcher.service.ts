import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dueTopic, eventsTopic } from '@posthorn/contracts';
import type { LaneSettings } from '@posthorn/domain';
import type { EgressClient } from '@posthorn/egress';
import {
  type BatchProducer,
  FencedWriter,
  type KafkaBatchServer,
  type KafkaConnection,
  type LogReader,
  murmur2,
  type RecordBatch,
  type TopicPartition,
} from '@posthorn/messaging';
import type { KeyRing, Metrics, Spans } from '@posthorn/runtime';
import { AlarmClock } from './alarm-clock.js';
import { AttemptRecorder } from './attempt-recorder.js';
import { Brakes, topicPartitions } from './brakes.js';
import { CatchUp } from './catch-up.js';
import type { DispatcherSettings } from './dispatcher.config.js';
import type { DueItem, LaneSlot } from './lane-slot.js';
import { dueLoadOf, loadOf, mayFeed, relieve } from './memory-bounds.js';
import { observeDispatcher } from './observed.js';
import { Outbox, producerBounds } from './outbox.js';
import type { OwnerPorts } from './owner-ports.js';
import { PartitionOwner } from './partition-owner.js';
import { PartitionWriter } from './partition-writer.js';
import { Sender } from './sender.js';
import type { Subscription } from './subscription-table.js';
import { refill } from './dedup-refill.js';
import { Every } from './every.js';
import { reject } from './rejections.js';
import { Repeats } from './repeats.js';
import { takeOver } from './takeover.js';
import { delay, TakeoverWatch } from './takeover-watch.js';
import { Watch } from './watch.js';

export type DispatcherParts = {
  kafka: KafkaConnection;
  reader: LogReader;
  producer: BatchProducer;
  egress: EgressClient;
  keyRing: KeyRing;
  settings: DispatcherSettings;
  metrics?: Metrics;
  spans?: Spans;
};

/** A partition that is assigned: its owner once it is taken over. */
type Holding = {
  partition: number;
  owner?: PartitionOwner;
  writer?: PartitionWriter;
  /** Its owner saw the log end before its position. */
  cut: boolean;
  /** How often in a row it was lost soon after it was taken. */
  losses: number;
  takenAt: number;
};

const tickMs = 100;
const takeOverAgainMs = 500;
const takeOverAgainMaxMs = 10_000;
const lossesForgottenMs = 60_000;
const drainMs = 8_000;
const logStartsEveryMs = 10 * 60_000;

/**
 * Owns partitions: takes them over, gives them what is read, and lets them go. Everything about a partition
 * is thrown
 * away when it is revoked, fenced, or anything unexpected happens inside, and taken over again if it is
 * still assigned.
 */
export class DispatcherService {
  private readonly holdings = new Map<number, Holding>();
  private readonly outbox: Outbox;
  private readonly recorder: AttemptRecorder;
  private readonly sender: Sender;
  private readonly catchUp: CatchUp;
  private readonly dueAlarms: AlarmClock<{ slot: LaneSlot; item: DueItem }>;
  private readonly instance = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  private readonly ownerPorts: OwnerPorts;
  private readonly repeats = new Repeats();
  private readonly watch: Watch;
  private readonly windowsDue: Every;
  private server!: KafkaBatchServer;
  private readonly brakes = new Brakes(() => this.server);
  private ticker: NodeJS.Timeout | undefined;
  private logStartsAt = Date.now();
  private stopping = false;

  constructor(private readonly parts: DispatcherParts) {
    const { kafka, producer, egress, settings, reader } = parts;
    this.watch = new Watch(parts);
    this.windowsDue = new Every(settings.windowEveryMs);
    const { watch, brakes } = this;
    this.outbox = new Outbox(producer, producerBounds(settings.sendMax));
    const lose = (owner: PartitionOwner, error: Error): void => this.loseOwner(owner, error);
    const verbose = settings.logLevel === 'debug' || settings.logLevel === 'trace';
    this.recorder = new AttemptRecorder(this.outbox, kafka.log, Date.now, lose, verbose, watch);
    this.sender = new Sender(egress, this.outbox, this.recorder, settings, {
      now: Date.now,
      random: Math.random,
      maySend: (owner) => this.maySend(owner),
      changed: (slot) => this.changed(slot),
      begin: (slot, work) => watch.begin(slot, work),
      answered: (slot, work, result) => watch.answered(slot, work, result),
    });
    this.catchUp = new CatchUp(
      reader,
      this.outbox,
      (slot) => this.changed(slot),
      kafka.log,
      () => mayFeed(this.owners(), settings),
      () => watch.over('expired'),
    );
    this.dueAlarms = new AlarmClock(Date.now, ({ slot, item }) => this.startDue(slot, item));
    this.ownerPorts = {
      now: Date.now,
      open: (sealed, context) => parts.keyRing.open(sealed, context).toString('utf8'),
      isRepeat: (place, reread) => this.repeats.has(place, reread),
      laneSettings: (subscription) => this.laneSettings(subscription),
      laneNumber: (entityId) => (murmur2(Buffer.from(entityId)) & 0x7fffffff) % 64,
      ready: (slot) => this.changed(slot),
      wake: (owner) => this.wake(owner),
      deliverDue: (slot, item) => this.deliverDue(slot, item),
      cancelDue: (owner, item, settle) => this.recorder.cancelDue(owner, item, settle),
      reject: (rejection, settle) => reject({ kafka, outbox: this.outbox }, rejection, settle),
      tell: (owner, message) => this.recorder.tell(owner, message),
      windowWritten: (partition, next, dueNext) => this.commitForLagTools(partition, next, dueNext),
    };
    const { holdings, sender } = this;
    const owners = (): PartitionOwner[] => this.owners();
    if (parts.metrics)
      observeDispatcher(parts.metrics, {
        settings,
        egress,
        holdings,
        kafka,
        brakes,
        sender,
        owners,
        tally: watch.tally,
      });
  }

  /**
   * The consumer needs the service's hooks and the service the consumer: it is handed over once both exist.
   */
  consumeFrom(server: KafkaBatchServer): void {
    this.server = server;
  }

  start(): void {
    this.ticker = setInterval(() => this.tick(), tickMs);
  }

  /** Every assigned partition has been taken over. */
  get ready(): boolean {
    return [...this.holdings.values()].every(({ owner }) => owner && !owner.ended);
  }

  get inFlight(): number {
    return this.sender.inFlight;
  }

  /** Inside GROUP_JOIN: the new partitions are paused and have no position yet. */
  assigned(partitions: TopicPartition[]): void {
    for (const { partition } of partitions) {
      if (this.holdings.has(partition) || this.stopping) continue;
      const holding: Holding = { partition, cut: false, losses: 0, takenAt: 0 };
      this.holdings.set(partition, holding);
      void this.take(holding);
    }
  }

  /**
   * Partitions may move in a moment: what is settled is written now, so that a new owner repeats little. It
   * is fenced
   * like any other transaction if that owner was quicker.
   */
  rebalancing(): void {
    for (const { owner, writer } of this.holdings.values()) {
      if (!owner || owner.ended) continue;
      owner.tick(Date.now(), true, 0);
      writer?.kick();
    }
  }

  revoked(partitions: TopicPartition[]): void {
    for (const { partition } of partitions) {
      const holding = this.holdings.get(partition);
      if (!holding) continue;
      this.holdings.delete(partition);
      this.discard(holding);
    }
  }

  /** The log lost its tail, or is a new one: what is in memory is of the old one. */
  shortened({ partition }: TopicPartition): void {
    const holding = this.holdings.get(partition);
    if (!holding) return;
    holding.cut = true;
    if (holding.owner) this.lose(holding, new Error('the log is shorter than it was'));
  }

  onEvents({ partition, records, next }: RecordBatch): void {
    const startMs = Date.now();
    this.guard(partition, (owner) => owner.onEvents(records, next));
    this.watch.spans.read(partition, records, startMs);
  }

  onDue({ partition, records, next }: RecordBatch): void {
    this.guard(partition, (owner) => owner.onDue(records, next));
  }

  /** Nothing new starts; what is in flight ends and is recorded; cursors are written a last time. */
  async drain(): Promise<void> {
    this.stopping = true;
    await this.sender.stop(drainMs);
    this.catchUp.stop();
    this.dueAlarms.stop();
    await this.parts.producer.flush();
    clearInterval(this.ticker);
    await Promise.all(
      [...this.holdings.values()].map(async ({ owner, writer }) => {
        owner?.tick(Date.now(), true, 0);
        await writer?.drain();
      }),
    );
  }

  /** After the group was left. */
  stop(): void {
    clearInterval(this.ticker);
    for (const holding of this.holdings.values()) this.discard(holding);
    this.holdings.clear();
  }

  private async take(holding: Holding): Promise<void> {
    const { partition, losses } = holding;
    const watch = new TakeoverWatch(this.parts.kafka.log, partition);
    // What throws at once again would otherwise be a storm of takeovers.
    if (losses > 0) await delay(Math.min(takeOverAgainMaxMs, takeOverAgainMs * 2 ** (losses - 1)));
    await this.takeWatched(holding, watch).finally(() => watch.end());
  }

  private async takeWatched(holding: Holding, watch: TakeoverWatch): Promise<void> {
    const { kafka, reader, producer, settings } = this.parts;
    const { partition } = holding;
    while (this.holdings.get(partition) === holding && !this.stopping) {
      // Who has not heard from the group lately may have been expelled: it would fence the rightful owner.
      if (performance.now() - this.server.lastHeartbeatMs >= settings.sendLeaseMs) {
        watch.step('waits for a heartbeat of its group');
        await delay(tickMs);
        continue;
      }
      const writer = new FencedWriter(kafka, { partition });
      const beganMs = performance.now();
      try {
        const options = {
          nonce: randomUUID(),
          instance: this.instance,
          now: Date.now(),
          windowMax: settings.windowRecordsMax,
          cut: holding.cut,
        };
        const step = watch.step.bind(watch);
        const loaded = await takeOver({ kafka, reader, producer, writer, step }, partition, options);
        const { next, loadedEnd } = loaded.window;
        // In a log that lost its tail, what stood from here on may come again at another offset.
        this.repeats.forgetFrom(partition, next);
        // What is settled beyond the window's first open offset is not matched again, but known it has to be.
        watch.step('reads the ids of the last events');
        await refill(this.parts, this.repeats.read, partition, Math.max(next, loadedEnd));
        if (this.holdings.get(partition) !== holding) {
          await writer.close();
          return;
        }
        const owner = new PartitionOwner(partition, this.ownerPorts, loaded);
        this.own(holding, owner, writer);
        this.watch.tally.takeovers.record((performance.now() - beganMs) / 1_000);
        kafka.log('debug', 'partition taken over', {
          partition,
          next: loaded.window.next,
          lanes: loaded.lanes.length,
          subscriptions: loaded.subscriptions.length,
        });
        this.sayWhenReady();
        return;
      } catch (error) {
        kafka.log('warn', 'takeover failed, trying again', { partition, error: String(error) });
        await writer.close().catch(() => undefined);
        await delay(takeOverAgainMs);
      }
    }
  }

  /** One line for all partitions that came together. */
  private sayWhenReady(): void {
    if (!this.ready) return;
    const partitions = [...this.holdings.keys()].sort((a, b) => a - b);
    this.parts.kafka.log('info', 'partitions taken over', { partitions: partitions.join(' ') });
  }

  private own(holding: Holding, owner: PartitionOwner, writer: FencedWriter): void {
    const { partition } = holding;
    holding.owner = owner;
    holding.takenAt = Date.now();
    holding.cut = false;
    holding.writer = new PartitionWriter(owner, writer, (error) => this.lose(holding, error));
    const [events, due] = topicPartitions(partition);
    this.server.seek(events, owner.nextPosition);
    this.server.seek(due, owner.due.window.next);
    this.brakes.forget([events, due]);
    this.server.resume([events, due]);
    for (const slot of owner.slots.values()) this.changed(slot);
    holding.writer.kick();
  }

  /** Fenced, or in doubt: away with all of it; if the partition is still ours it is taken over again. */
  private lose(holding: Holding, error: unknown): void {
    const { partition } = holding;
    this.watch.tally.lost.add();
    this.parts.kafka.log('warn', 'ownership lost', { partition, error: String(error) });
    this.discard(holding);
    if (this.holdings.get(partition) !== holding || this.stopping) return;
    this.server.pause(topicPartitions(partition));
    const losses = Date.now() - holding.takenAt < lossesForgottenMs ? holding.losses + 1 : 0;
    const again: Holding = { partition, cut: holding.cut, losses, takenAt: 0 };
    this.holdings.set(partition, again);
    void this.take(again);
  }

  private loseOwner(owner: PartitionOwner, error: unknown): void {
    const holding = this.holdings.get(owner.partition);
    if (holding?.owner === owner) this.lose(holding, error);
  }

  private discard(holding: Holding): void {
    const { partition, owner, writer } = holding;
    // A writer that fails late tells of an owner that was followed by another, whose brakes are its own.
    if ((this.holdings.get(partition) ?? holding) === holding) this.brakes.forget(topicPartitions(partition));
    owner?.end();
    if (owner) this.watch.tally.take(owner.counts);
    if (owner) this.catchUp.forget(owner);
    void writer?.close().catch(() => undefined);
  }

  /** An error inside means that what is in memory can no longer be trusted: what is durable can. */
  private guard(partition: number, work: (owner: PartitionOwner) => void): void {
    const holding = this.holdings.get(partition);
    if (!holding?.owner || holding.owner.ended) return;
    try {
      work(holding.owner);
    } catch (error) {
      this.lose(holding, error);
    }
  }

  private wake(owner: PartitionOwner): void {
    const holding = this.holdings.get(owner.partition);
    if (holding?.owner !== owner) return;
    holding.writer?.kick();
    this.catchUp.advanced(owner);
    this.bound(owner);
  }

  private bound(owner: PartitionOwner): void {
    const [owners, { settings }] = [this.owners(), this.parts];
    for (const slot of relieve(owners, settings)) this.changed(slot);
    const [events, due] = topicPartitions(owner.partition);
    this.brakes.at(events, loadOf(owner, owners, settings));
    this.brakes.at(due, dueLoadOf(owner, owners, settings));
  }

  private owners(): PartitionOwner[] {
    const owners: PartitionOwner[] = [];
    for (const { owner } of this.holdings.values()) if (owner && !owner.ended) owners.push(owner);
    return owners;
  }

  private changed(slot: LaneSlot): void {
    const { owner } = slot;
    if (owner.ended) return;
    this.sender.offer(slot);
    this.catchUp.want(slot);
    const holding = this.holdings.get(owner.partition);
    if (holding?.owner === owner) holding.writer?.kick();
  }

  private tick(): void {
    const now = Date.now();
    const { settings } = this.parts;
    const due = this.windowsDue.isDue(performance.now());
    this.outbox.drain();
    const owners = this.owners();
    for (const holding of this.holdings.values()) {
      const { owner, writer } = holding;
      if (!owner || owner.ended) continue;
      this.guard(owner.partition, () => owner.tick(now, due, loadOf(owner, owners, settings)));
      if (owner.ended) continue;
      this.watch.tally.take(owner.counts);
      this.bound(owner);
      writer?.kick();
    }
    this.sender.tick();
    if (now - this.logStartsAt < logStartsEveryMs) return;
    this.logStartsAt = now;
    void this.followLogStarts();
  }

  /** What stood before the log's start is nobody's business any more. */
  private async followLogStarts(): Promise<void> {
    const { kafka } = this.parts;
    try {
      const bounds = await kafka.endOffsets(eventsTopic.name);
      for (const owner of this.owners()) owner.logBegins(bounds.get(owner.partition)?.low ?? 0);
    } catch (error) {
      kafka.log('debug', 'the start of the log is not known', { error: String(error) });
    }
  }

  /**
   * The 3 s send lease, on the monotonic clock: a stalled owner stops by itself (architecture, section 4,
   * rule 1).
   */
  private maySend(owner: PartitionOwner): boolean {
    const writer = this.holdings.get(owner.partition)?.writer;
    const provenMs = Math.max(this.server.lastHeartbeatMs, writer?.lastCommitMs ?? -Infinity);
    return performance.now() - provenMs < this.parts.settings.sendLeaseMs;
  }

  /** Nothing reads these back: the truth is in `cursors`. */
  private commitForLagTools(partition: number, next: number, dueNext: number): void {
    this.server.commit(eventsTopic.name, partition, next);
    this.server.commit(dueTopic.name, partition, dueNext);
  }

  private deliverDue(slot: LaneSlot, item: DueItem): void {
    if (item.due.dueAt > Date.now()) this.dueAlarms.set(item.due.dueAt, { slot, item });
    else this.startDue(slot, item);
  }

  private startDue(slot: LaneSlot, item: DueItem): void {
    if (slot.owner.ended) return;
    slot.addDue(item);
    this.changed(slot);
  }

  private laneSettings(subscription: Subscription): LaneSettings {
    const { laneEventsMax, laneBytesMax, sendPerSubscriptionMax } = this.parts.settings;
    return {
      ordered: subscription.ordered,
      inFlightMax: subscription.ordered ? 1 : sendPerSubscriptionMax,
      eventsMax: laneEventsMax,
      bytesMax: laneBytesMax,
      breakerFailures: 10,
    };
  }
}
