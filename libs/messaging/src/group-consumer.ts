import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import { FetchPace, quickWaitMs, type FetchedPartition } from './fetch-pace.js';
import { keepingLastBroker } from './keep-last-broker.js';
import { seldom } from './kafka-log.js';
import type { KafkaConnection } from './kafka-connection.js';
import type { Commit } from './offset-committer.js';
import { backoffMs, delay, settledWithin } from './waiting.js';

export type GroupConsumerOptions = {
  /** Full names, with the prefix. */
  groupId: string;
  topics: string[];
  assigner?: PartitionAssigner;
  sessionTimeoutMs: number;
  heartbeatMs: number;
  maxBytesPerPartition: number;
  /** See FetchPaceOptions. */
  gatherMs?: number;
  /** Among `topics`; see FetchPaceOptions. */
  patientTopics?: readonly string[];
  /** Partitions are paused for moments, and shall go on soon: see FetchPacePort. */
  quickWhilePaused: boolean;
};

/** `lastOffset` counts markers and aborted records, which never reach a batch. */
export type BatchEnd = { topic: string; partition: number; lastOffset: string };

export type GroupConsumerEvents = {
  /**
   * Inside GROUP_JOIN, before the first fetch: what is paused here leaks no record. Positions are
   * forgotten.
   */
  joined(assignment: Map<string, number[]>, memberId: string): void;
  /** The consumer is gone: nothing is assigned until the next `joined`. */
  lost(): void;
  rebalancing?(): void;
  batch(payload: EachBatchPayload): void;
  batchEnd?(end: BatchEnd): void;
  fetchStart?(nodeId: string): void;
  /** What a fetch that was sent then (performance.now()) says of the logs, before its records come. */
  fetched?(partitions: FetchedPartition[], sentMs: number): void;
};

const rebalanceTimeoutMs = 15_000;
const maxBytes = 8 * 1024 * 1024;
const stopTimeoutMs = 5_000;
/** A rebalance is noticed by a heartbeat, so this is not to be much longer than the time between two. */
const maxWaitMs = 500;
/**
 * About half a minute without a broker before it crashes, forgets everything, and waits as a new member
 * until the old one's session ends. Needed in the client as well: what gives up connecting there counts as
 * final here.
 */
const patience = { retries: 60 };

/**
 * One kafkajs consumer that is made anew, with a new client, when it crashed. kafkajs restarts by itself
 * too, but then a close during its waiting time is forgotten and the consumer comes back.
 *
 * A broker that is away for less than half a minute crashes nothing: group, positions and pauses stay.
 */
export class GroupConsumer {
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<void>((resolve) => {
    this.stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  private consumer: Consumer | undefined;
  private running: Promise<void> = Promise.resolve();
  private commitOnce: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;
  private readonly paused = new Set<string>();
  private readonly pace: FetchPace;
  private assigned: string[] = [];
  private hasPartitions = false;
  private heartbeatSentMs = -Infinity;
  private lastHeartbeat = -Infinity;
  private lastGeneration = 0;
  private readonly isNewFailure = seldom(5_000);

  constructor(
    private readonly kafka: KafkaConnection,
    private readonly options: GroupConsumerOptions,
    private readonly events: GroupConsumerEvents,
  ) {
    const { gatherMs = 0, patientTopics = [], quickWhilePaused, heartbeatMs } = options;
    const isPaused = (key: string) => this.paused.has(key);
    this.pace = new FetchPace(
      { maxWaitMs, gatherMs, patientTopics },
      {
        isReading: () => !this.assigned.every(isPaused),
        isRestless: () => quickWhilePaused && this.assigned.some(isPaused),
        heartbeatDueMs: () => this.heartbeatSentMs + heartbeatMs,
        begins: (nodeId) => events.fetchStart?.(nodeId),
        answered: (partitions, sentMs) => this.hasPartitions && events.fetched?.(partitions, sentMs),
        failed: (error) => this.tellFailed(String(error)),
      },
    );
  }

  /**
   * When the last heartbeat or join that succeeded was *sent*: a process that was stopped must not believe
   * an  answer that waited in its socket. performance.now().
   */
  get lastHeartbeatMs(): number {
    return this.lastHeartbeat;
  }

  get generation(): number {
    return this.lastGeneration;
  }

  get joined(): boolean {
    return this.hasPartitions;
  }

  start(): void {
    this.running = this.run();
  }

  /** `lost` comes first, then the group is left. Bounded: a broker that is away cannot hold a shutdown. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.lose();
    this.pace.stop();
    await settledWithin(stopTimeoutMs, this.running);
  }

  pause(topic: string, partitions: number[]): void {
    if (!this.hasPartitions) return;
    this.consumer?.pause([{ topic, partitions }]);
    for (const partition of partitions) this.paused.add(keyOf(topic, partition));
  }

  resume(topic: string, partitions: number[]): void {
    if (!this.hasPartitions) return;
    this.consumer?.resume([{ topic, partitions }]);
    for (const partition of partitions) this.paused.delete(keyOf(topic, partition));
    this.pace.moved();
  }

  seek(topic: string, partition: number, offset: number): void {
    if (!this.hasPartitions) return;
    this.consumer?.seek({ topic, partition, offset: String(offset) });
    this.pace.moved();
  }

  /**
   * One try, in the generation of now. `consumer.commitOffsets` would repeat it on its own, also into a later
   * generation, where it overwrites what others have committed since. Rejects before the first batch.
   */
  async commit(commits: readonly Commit[]): Promise<void> {
    if (!this.commitOnce || !this.hasPartitions) throw new Error('nothing was read yet');
    const topics = [...new Set(commits.map(({ topic }) => topic))];
    await this.commitOnce({
      topics: topics.map((topic) => ({ topic, partitions: commits.filter((c) => c.topic === topic) })),
    });
  }

  private async run(): Promise<void> {
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      const startedMs = performance.now();
      try {
        await this.session();
      } catch (error) {
        this.kafka.log('warn', 'consumer starts again', {
          groupId: this.options.groupId,
          error: String(error),
        });
      }
      this.lose();
      if (performance.now() - startedMs > 10_000) failures = 1;
      await delay(backoffMs(failures), this.stopping.signal);
    }
  }

  /** Rejects when the consumer crashed, resolves when it was stopped. */
  private async session(): Promise<void> {
    const consumer = this.newConsumer();
    this.consumer = consumer;
    this.commitOnce = undefined;
    this.paused.clear();
    const crashed = new Promise<never>((_, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    });
    crashed.catch(() => undefined);
    this.listen(consumer);
    const started = this.startConsumer(consumer);
    try {
      await Promise.race([this.stopped, crashed, started.then(() => Promise.race([this.stopped, crashed]))]);
    } finally {
      if (this.consumer === consumer) this.consumer = undefined;
      await consumer.disconnect().catch(() => undefined);
      // A join that was under way reconnects by itself and would go on reading: leave once more after it.
      await started.catch(() => undefined);
      await consumer.disconnect().catch(() => undefined);
    }
  }

  private async startConsumer(consumer: Consumer): Promise<void> {
    const { topics } = this.options;
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      // Not awaited on purpose: the fetch loop of every partition would wait with it.
      eachBatch: async (payload) => {
        if (this.consumer !== consumer || !this.hasPartitions) return;
        this.commitOnce = payload.commitOffsetsIfNecessary;
        this.events.batch(payload);
      },
    });
  }

  private newConsumer(): Consumer {
    const { groupId, assigner, sessionTimeoutMs, heartbeatMs, maxBytesPerPartition } = this.options;
    const closing = this.stopping.signal;
    const client = this.kafka.newClient({ retry: patience, requestTimeoutMs: sessionTimeoutMs, closing });
    return client.consumer({
      groupId,
      partitionAssigners: [this.paced(keepingLastBroker(assigner))],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      // No more than its sleep when a broker has nothing but paused partitions.
      maxWaitTimeInMs: quickWaitMs,
      minBytes: 1,
      maxBytes,
      maxBytesPerPartition,
      allowAutoTopicCreation: false,
      retry: { ...patience, restartOnFailure: async () => false },
    });
  }

  /** An assigner is the one place where kafkajs hands its cluster out. */
  private paced(assigner: PartitionAssigner): PartitionAssigner {
    return (config) => {
      this.pace.apply(config.cluster);
      return assigner(config);
    };
  }

  private listen(consumer: Consumer): void {
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, REQUEST, STOP, FETCH_START, END_BATCH_PROCESS } =
      consumer.events;
    const current = () => this.consumer === consumer;
    consumer.on(REQUEST, ({ payload: { apiName, sentAt } }) => {
      if (apiName !== 'Heartbeat' && apiName !== 'SyncGroup') return;
      this.heartbeatSentMs = performance.now() - Math.max(0, Date.now() - sentAt);
    });
    consumer.on(HEARTBEAT, ({ payload }) => {
      this.lastHeartbeat = this.heartbeatSentMs;
      this.lastGeneration = payload.groupGenerationId;
    });
    consumer.on(GROUP_JOIN, ({ payload }) => {
      if (!current() || this.stopping.signal.aborted) return;
      this.lastHeartbeat = this.heartbeatSentMs;
      this.hasPartitions = true;
      const assignment = new Map(Object.entries(payload.memberAssignment));
      this.assigned = [...assignment].flatMap(([topic, some]) => some.map((one) => keyOf(topic, one)));
      this.events.joined(assignment, payload.memberId);
    });
    consumer.on(REBALANCING, () => current() && this.events.rebalancing?.());
    consumer.on(STOP, () => current() && this.lose());
    consumer.on(FETCH_START, ({ payload }) => current() && this.pace.fetchStarts(String(payload.nodeId)));
    const { batchEnd } = this.events;
    if (batchEnd) consumer.on(END_BATCH_PROCESS, ({ payload }) => current() && batchEnd(payload));
  }

  private tellFailed(error: string): void {
    if (!this.isNewFailure(error)) return;
    this.kafka.log('warn', 'a fetch failed, trying again', { groupId: this.options.groupId, error });
  }

  private lose(): void {
    if (!this.hasPartitions) return;
    this.hasPartitions = false;
    this.events.lost();
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
