import type { Cluster } from 'kafkajs';

export type FetchPaceOptions = {
  /** How long a fetch waits at the broker, which answers at once when something comes. */
  maxWaitMs: number;
  /** After an answer with little in it: so long nothing is fetched, so that what comes shares a fetch. */
  gatherMs?: number;
  /** Full names of topics that may wait twice `patientMs` while the others bring something. */
  patientTopics: readonly string[];
};

/** Records of one partition in the broker's answer. */
export type FetchedPartition = { topic: string; partition: number; stableEnd: number };

export type FetchPacePort = {
  /** Some partition is assigned and not paused. */
  isReading(): boolean;
  /** Something paused may have to go on any moment. */
  isRestless(): boolean;
  /** Heartbeats go out between fetches only. performance.now(). */
  heartbeatDueMs(): number;
  /** What is paused and where to read on is decided from here on. */
  begins(nodeId: string): void;
  /** A fetch that was sent then has succeeded. */
  answered(partitions: FetchedPartition[], sentMs: number): void;
  /** kafkajs repeats it without a word. */
  failed(error: unknown): void;
};

type Answer = {
  responses: {
    topicName: string;
    partitions: { partition: number; lastStableOffset?: string; messages: unknown[] }[];
  }[];
};
type Request = { maxWaitTime: number; topics: { topic: string }[] };
type Fetch = (request: Request) => Promise<Answer>;
type FetchingBroker = { nodeId: unknown; fetch: Fetch };

/**
 * While partitions are paused and resumed: a resumed one waits for the fetch that is under way, because a
 * broker answers one request of a connection after the other.
 */
export const quickWaitMs = 50;
const quickForMs = 1_000;
/** What a broker has to look at for a fetch grows with its partitions, whether they bring anything or not. */
export const patientMs = 50;
const muchRecords = 200;
/**
 * From a record a millisecond on, a fetch that is answered at the first record brings a handful: what
 * comes in these few milliseconds shares one.
 */
const flowPerMs = 1;
const flowGatherMs = 5;
/** kafkajs takes the time of a heartbeat when it is answered. */
const heartbeatSlackMs = 10;

/**
 * Decides when a consumer fetches and how long a fetch waits at the broker. kafkajs knows one fixed wait, and
 * uses it as its sleep, too, when everything is paused: a short one costs an idle service and its broker 20
 * fetches a second, a long one makes what is resumed wait.
 *
 * It has no place to say so, but it asks its cluster for fresh metadata before every fetch and for the broker
 * to fetch from; both are ours to answer.
 */
export class FetchPace {
  private readonly waking = new Set<() => void>();
  private readonly stopping = new Set<() => void>();
  private readonly paced = new WeakSet<FetchingBroker>();
  private readonly gatheringUntilMs = new Map<string, number>();
  private readonly answeredMs = new Map<string, number>();
  private readonly askedAllMs = new Map<string, number>();
  private beginning: string | undefined;
  private movedMs = -Infinity;
  private stopped = false;

  constructor(
    private readonly options: FetchPaceOptions,
    private readonly port: FetchPacePort,
  ) {}

  apply(cluster: Cluster): void {
    const refresh = cluster.refreshMetadataIfNecessary.bind(cluster);
    cluster.refreshMetadataIfNecessary = async () => {
      await this.hold();
      return refresh();
    };
    const find = cluster.findBroker.bind(cluster);
    cluster.findBroker = async (node) => {
      const broker = await find(node);
      this.pace(broker as unknown as FetchingBroker);
      return broker;
    };
  }

  /** The next question for metadata is of this fetch: kafkajs also asks when it connects. */
  fetchStarts(nodeId: string): void {
    this.beginning = nodeId;
  }

  /** Something was resumed or sought. */
  moved(): void {
    this.movedMs = performance.now();
    for (const end of this.waking) end();
  }

  /** For good. A consumer that stops waits for its fetch: what comes of it is of no use any more. */
  stop(): void {
    this.stopped = true;
    for (const end of [...this.waking, ...this.stopping]) end();
  }

  private async hold(): Promise<void> {
    const nodeId = this.beginning;
    this.beginning = undefined;
    if (nodeId === undefined) return;
    const gatherMs = (this.gatheringUntilMs.get(nodeId) ?? 0) - performance.now();
    if (!this.port.isReading()) await this.rest(this.patienceMs());
    else if (gatherMs > 0) await this.rest(gatherMs);
    this.port.begins(nodeId);
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.waking.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.waking.add(end);
    });
  }

  private pace(broker: FetchingBroker): void {
    if (this.paced.has(broker)) return;
    this.paced.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const isQuick = this.port.isRestless() || performance.now() - this.movedMs < quickForMs;
      const maxWaitTime = isQuick ? quickWaitMs : this.patienceMs();
      const nodeId = String(broker.nodeId);
      return this.ask(nodeId, () => fetch(this.withoutPatient(nodeId, { ...request, maxWaitTime })));
    };
  }

  /** Where all were asked a moment ago, which an answer has ended since, patient ones are not asked again. */
  private withoutPatient(nodeId: string, request: Request): Request {
    const nowMs = performance.now();
    const topics = request.topics.filter(({ topic }) => !this.options.patientTopics.includes(topic));
    const leavesOut = topics.length > 0 && topics.length < request.topics.length;
    if (leavesOut && nowMs - (this.askedAllMs.get(nodeId) ?? -Infinity) < patientMs)
      return { ...request, topics, maxWaitTime: Math.min(request.maxWaitTime, patientMs) };
    this.askedAllMs.set(nodeId, nowMs);
    return request;
  }

  private async ask(nodeId: string, fetch: () => Promise<Answer>): Promise<Answer> {
    const sentMs = performance.now();
    if (this.stopped) await this.rest(quickWaitMs);
    const answer = this.stopped ? undefined : await this.unlessStopped(fetch());
    if (!answer) return { responses: [] };
    let records = 0;
    const partitions: FetchedPartition[] = [];
    for (const { topicName, partitions: some } of answer.responses) {
      for (const { partition, lastStableOffset, messages } of some) {
        records += messages.length;
        partitions.push({ topic: topicName, partition, stableEnd: Number(lastStableOffset ?? Infinity) });
      }
    }
    this.gather(nodeId, records);
    this.port.answered(partitions, sentMs);
    return answer;
  }

  private gather(nodeId: string, records: number): void {
    const nowMs = performance.now();
    const isFlow = records >= flowPerMs * (nowMs - (this.answeredMs.get(nodeId) ?? -Infinity));
    this.answeredMs.set(nodeId, nowMs);
    const isLittle = records > 0 && records < muchRecords;
    const { gatherMs = 0 } = this.options;
    const forMs = isFlow ? Math.max(gatherMs, flowGatherMs) : gatherMs;
    this.gatheringUntilMs.set(nodeId, isLittle ? nowMs + forMs : 0);
  }

  /** Not a race with one lasting promise, which would keep every answer for ever. */
  private unlessStopped(fetched: Promise<Answer>): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      const end = () => resolve(undefined);
      this.stopping.add(end);
      const settle = () => this.stopping.delete(end);
      fetched.finally(settle).then(resolve, (error: Error) => {
        if (!this.stopped) this.port.failed(error);
        reject(error);
      });
    });
  }

  /** Until the next heartbeat is due, within bounds. */
  private patienceMs(): number {
    const leftMs = this.port.heartbeatDueMs() + heartbeatSlackMs - performance.now();
    return Math.round(Math.min(Math.max(leftMs, quickWaitMs), this.options.maxWaitMs));
  }
}
