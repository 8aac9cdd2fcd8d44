import { dueTopic, eventsTopic } from '@posthorn/contracts';
import type { EgressRequest, EgressResult } from '@posthorn/egress';
import type { InRecord, OutRecord, ReadResult, TopicPartition, TxRecord } from '@posthorn/messaging';
import { Repeats } from '../../repeats.js';
import { type DispatcherParts, DispatcherService } from '../../dispatcher.service.js';
import type { LaneSlot, Work } from '../../lane-slot.js';
import type { PartitionOwner } from '../../partition-owner.js';
import type { Broker } from './broker.js';

/** A request on its way to a receiver. */
export type Flight = {
  node: Node;
  slot: LaneSlot;
  work: Work;
  request: EgressRequest;
  startedAt: number;
  done: (result: EgressResult) => void;
};

type Queued = { record: OutRecord; offset: number | undefined };
type Commit = { records: TxRecord[]; takenAt: number; epoch: number; end(error?: Error): void };
type Read = { from: number; end: number; end_(result: ReadResult): void; fail(error: Error): void };

/** What a simulation hears from its nodes. */
export type NodeEvents = {
  sent(flight: Flight): void;
  offered(record: OutRecord): void;
  /** For whoever looks into a failing run. */
  noted(text: () => string): void;
  said(node: Node, level: string, message: string, fields: Record<string, unknown>): void;
};

export type NodeSettings = DispatcherParts['settings'];

const partition = 0;
const fenced = (): Error => Object.assign(new Error('fenced'), { code: 47 });

/**
 * A dispatcher process: the real service, on a consumer, producer, reader and HTTP client in memory. What
 * they
 * have to do waits here until a step of the simulation does it.
 */
export class Node {
  readonly service: DispatcherService;
  readonly flights: Flight[] = [];
  readonly commits: Commit[] = [];
  readonly reads: Read[] = [];
  readonly queue: Queued[] = [];
  readonly positions = new Map<string, number>();
  readonly paused = new Set<string>([eventsTopic.name, dueTopic.name]);
  lastHeartbeatMs: number;
  lastCommitMs = -Infinity;
  /** What its last takeover could know to be over. */
  overAtFence: ReadonlySet<string> = new Set();
  /** Killed: nothing of it happens any more. */
  dead = false;
  /** The producer takes nothing. */
  refusing = false;
  /** Of its last fencing. */
  private epoch = 0;
  private starting: { slot: LaneSlot; work: Work } | undefined;

  constructor(
    readonly name: string,
    private readonly broker: Broker,
    private readonly now: () => number,
    settings: NodeSettings,
    private readonly events: NodeEvents,
  ) {
    this.lastHeartbeatMs = now();
    this.service = new DispatcherService({
      kafka: this.kafka(),
      reader: this.reader(),
      producer: this.producer(),
      egress: this.egress(),
      keyRing: { open: () => Buffer.from('secret') } as unknown as DispatcherParts['keyRing'],
      settings,
    });
    Object.assign(this.service, { repeats: new Repeats({ bytes: 48 * 1024, rereadBytes: 48 * 1024 }) });
    this.service.consumeFrom(this.server());
    this.watchStarts();
    this.service.start();
  }

  assign(): void {
    this.service.assigned(topicPartitions);
  }

  revoke(): void {
    this.service.revoked(topicPartitions);
  }

  kill(): void {
    this.dead = true;
    this.service.stop();
  }

  /** The owner that this process believes to be. */
  get owner(): PartitionOwner | undefined {
    const owner = this.service['holdings'].get(partition)?.owner;
    return owner && !owner.ended ? owner : undefined;
  }

  /** Whether it was assigned the partition and not told otherwise. */
  get holds(): boolean {
    return this.service['holdings'].has(partition);
  }

  /** Hands over up to `max` records of a topic; answers them. */
  deliver(topic: string, max: number): InRecord[] {
    const position = this.positions.get(topic);
    if (this.dead || position === undefined || this.paused.has(topic)) return [];
    const { records, next } = this.broker.log(topic).read(position, max);
    if (next === position) return [];
    this.positions.set(topic, next);
    const batch = { topic, partition, records, next, highWatermark: next, isStale: () => false };
    if (topic === eventsTopic.name) this.service.onEvents(batch);
    else this.service.onDue(batch);
    return records;
  }

  /** The broker writes up to `max` of what is queued; nobody is told yet. */
  write(max: number): void {
    let left = max;
    for (const queued of this.queue) {
      if (queued.offset !== undefined) continue;
      if (left-- <= 0) return;
      queued.offset = this.broker.append(queued.record, this.epoch === this.broker.epoch);
    }
  }

  /** Acknowledgements come, in order. */
  acknowledge(max: number): void {
    for (let n = 0; n < max && this.queue.length > 0; n++) {
      if (this.queue[0].offset === undefined) this.write(1);
      const { record, offset } = this.queue.shift()!;
      record.done?.(null, offset!);
    }
  }

  /** The oldest transaction's commit comes to its end. */
  commit(how: 'done' | 'unknown-done' | 'unknown-lost'): void {
    const commit = this.commits.shift();
    if (!commit) return;
    if (commit.epoch !== this.broker.epoch) return commit.end(fenced());
    this.events.noted(() => `  ${this.name} commits ${how}: ${shown(commit.records)}`);
    if (how !== 'unknown-lost') this.broker.commit(commit.records, commit.takenAt);
    // Nobody has fenced this node since, or it could not have committed.
    this.overAtFence = this.broker.overAtFence;
    if (how !== 'done') return commit.end(new Error('no answer'));
    this.lastCommitMs = commit.takenAt;
    commit.end();
  }

  /** The oldest read of the catch-up reader is served with up to `max` records, or fails. */
  read(max: number, fails: boolean): void {
    const read = this.reads.shift();
    if (!read) return;
    if (fails) return read.fail(new Error('injected'));
    const { records, next } = this.broker.log(eventsTopic.name).read(read.from, max);
    this.events.noted(() => `  ${this.name} reads ${read.from} to ${next}, wanted ${read.end}`);
    if (read.from >= read.end) read.end_({ kind: 'end' });
    else read.end_({ kind: 'records', records, next });
  }

  answer(flight: Flight, answer: Answer): void {
    this.flights.splice(this.flights.indexOf(flight), 1);
    const durationMs = this.now() - flight.startedAt;
    const phases = { dnsMs: -1, connectMs: -1, tlsMs: -1, firstByteMs: durationMs };
    const timings = { startedAt: flight.startedAt, durationMs, ...phases };
    const { status, retryAfterS } = answer;
    if (status === 0) {
      flight.done({ kind: 'error', reason: 'timeout', message: 'no answer in time', timings });
      return;
    }
    const headers: Record<string, string> = retryAfterS ? { 'retry-after': String(retryAfterS) } : {};
    const body = Buffer.alloc(0);
    flight.done({ kind: 'response', status, headers, body, truncated: false, timings, remoteAddress: '' });
  }

  private kafka(): DispatcherParts['kafka'] {
    const endOffsets = (topic: string) =>
      Promise.resolve(new Map([[partition, { low: 0, high: this.broker.log(topic).high }]]));
    const offsetAt = (topic: string, _partition: number, since: number) => {
      const { records, high } = this.broker.log(topic);
      return Promise.resolve(records.find(({ timestamp }) => timestamp >= since)?.offset ?? high);
    };
    const log = (level: string, message: string, fields: Record<string, unknown> = {}): void =>
      this.events.said(this, level, message, fields);
    const name = (topic: string): string => topic;
    return {
      log,
      endOffsets,
      offsetAt,
      topicName: name,
      shortName: name,
      transactionalId: (of: number) => `posthorn-cursors-${of}`,
      newClient: () => ({ producer: () => this.transactional() }),
    } as unknown as DispatcherParts['kafka'];
  }

  /** A transactional producer of kafkajs: its first transaction fences all earlier ones. */
  private transactional() {
    let epoch: number | undefined;
    const expectEpoch = (): void => {
      if (epoch !== this.broker.epoch) throw fenced();
    };
    type Sent = { topicMessages: { topic: string; messages: { key: string; value: Buffer | null }[] }[] };
    const transaction = () => {
      if (this.dead) return new Promise<never>(() => undefined);
      epoch ??= this.epoch = ++this.broker.epoch;
      expectEpoch();
      const records: TxRecord[] = [];
      const takenAt = this.now();
      const sendBatch = ({ topicMessages }: Sent) => {
        expectEpoch();
        return topicMessages.map(({ topic, messages }) => {
          for (const { key, value } of messages) records.push({ topic, partition, key, value });
          return { topicName: topic, partition, baseOffset: String(this.broker.log(topic).high) };
        });
      };
      const commit = () =>
        new Promise<void>((resolve, reject) => {
          const end = (error?: Error): void => (error ? reject(error) : resolve());
          this.commits.push({ records, takenAt, epoch: epoch!, end });
        });
      return Promise.resolve({
        sendBatch: async (sent: Sent) => sendBatch(sent),
        commit,
        abort: () => Promise.resolve(),
      });
    };
    const none = (): Promise<void> => Promise.resolve();
    return { connect: none, disconnect: none, transaction: async () => transaction() };
  }

  private reader(): DispatcherParts['reader'] {
    const readOnce = (_topic: string, _partition: number, from: number, end: number): Promise<ReadResult> =>
      new Promise((resolve, reject) => this.reads.push({ from, end, end_: resolve, fail: reject }));
    const readRange = async (
      topic: string,
      _partition: number,
      from: number | 'earliest',
      end: number | undefined,
      onRecords: (records: InRecord[]) => void | 'stop',
    ): Promise<number> => {
      const log = this.broker.log(topic);
      const until = end ?? log.high;
      let position = from === 'earliest' ? 0 : from;
      while (position < until) {
        const { records, next } = log.read(position, 3, until);
        position = next;
        if (records.length > 0 && onRecords(records) === 'stop') break;
        await Promise.resolve();
      }
      return position;
    };
    return { readOnce, readRange } as unknown as DispatcherParts['reader'];
  }

  private producer(): DispatcherParts['producer'] {
    const { queue } = this;
    const offer = (record: OutRecord): boolean => {
      if (this.refusing) return false;
      if (this.dead) return true;
      this.events.offered(record);
      queue.push({ record, offset: undefined });
      return true;
    };
    const flush = async (): Promise<void> => {
      while (queue.length > 0 && !this.dead) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    return {
      offer,
      flush,
      get queuedRecords() {
        return queue.length;
      },
      queuedBytes: 0,
    } as unknown as DispatcherParts['producer'];
  }

  private egress(): DispatcherParts['egress'] {
    const send = (request: EgressRequest, done: (result: EgressResult) => void): void => {
      const { slot, work } = this.starting!;
      const flight = { node: this, slot, work, request, startedAt: this.now(), done };
      this.flights.push(flight);
      this.events.noted(() => `  ${this.name} sends ${slot.key}: ${request.body!.toString().slice(0, 60)}`);
      this.events.sent(flight);
    };
    return { send } as unknown as DispatcherParts['egress'];
  }

  private server(): Parameters<DispatcherService['consumeFrom']>[0] {
    const each = (partitions: TopicPartition[], work: (topic: string) => void): void =>
      partitions.forEach(({ topic }) => work(topic));
    const heartbeat = (): number => this.lastHeartbeatMs;
    return {
      pause: (partitions: TopicPartition[]) => each(partitions, (topic) => this.paused.add(topic)),
      resume: (partitions: TopicPartition[]) => each(partitions, (topic) => this.paused.delete(topic)),
      seek: ({ topic }: TopicPartition, offset: number) => void this.positions.set(topic, offset),
      // For lag tools only: nothing is read from it.
      commit: () => undefined,
      get lastHeartbeatMs() {
        return heartbeat();
      },
    } as unknown as Parameters<DispatcherService['consumeFrom']>[0];
  }

  /** A request does not say which lane sends it. */
  private watchStarts(): void {
    const sender = this.service['sender'];
    const watch = (slot: LaneSlot): void => {
      const start = slot.start.bind(slot);
      slot.start = (now) => {
        const work = start(now);
        this.starting = { slot, work };
        return work;
      };
    };
    const seen = new WeakSet<LaneSlot>();
    const start = sender['start'].bind(sender);
    sender['start'] = (slot: LaneSlot, now: number) => {
      if (!seen.has(slot)) watch(slot);
      seen.add(slot);
      start(slot, now);
    };
  }
}

function shown(records: readonly TxRecord[]): string {
  return records.map(({ key, value }) => `${key} ${value?.toString().slice(0, 160)}`).join('; ');
}

/** Status 0: no answer in time. */
export type Answer = { status: number; retryAfterS?: number };

const topicPartitions: TopicPartition[] = [
  { topic: eventsTopic.name, partition },
  { topic: dueTopic.name, partition },
];
