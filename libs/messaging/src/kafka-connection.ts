import {
  Kafka,
  logLevel,
  type Admin,
  type ISocketFactory,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import { isUnknownTopic } from './send-errors.js';
import { decodeFetches } from './fetch-decoder.js';
import { startConnectionsFresh } from './fresh-connections.js';
import { encodeProduceRequests } from './produce-encoder.js';
import { shareRequestTimers } from './request-timers.js';
import { passOverKnownOffsets } from './known-offsets.js';
import { topicConfig } from './topic-config.js';
import { tellOfLargerSettings } from './topic-settings.js';
import { rememberTransactionCoordinators } from './transaction-coordinators.js';
import { kafkaLogCreator, seldom, type LogFn } from './kafka-log.js';
import { delay, repeated, settledWithin } from './waiting.js';

export type KafkaSettings = {
  brokers: string[];
  clientId: string;
  /** In front of every topic and group, for example `posthorn.` */
  topicPrefix: string;
  /** Texts are PEM; `ca` stands in place of the public authorities. */
  ssl?: boolean | { ca?: string; cert?: string; key?: string };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
  /** How sockets are opened, for tunnels and for tests that break connections. */
  socketFactory?: ISocketFactory;
};

export type TopicSpec = {
  /** Short, without the prefix. */
  name: string;
  partitions: number;
  cleanup: 'delete' | 'compact';
  retentionMs: number;
  deleteRetentionMs?: number;
  maxMessageBytes?: number;
  config?: Record<string, string>;
};

export type ClientOptions = {
  retry?: RetryOptions;
  requestTimeoutMs?: number;
  /** Hears of every error entry of the client. */
  onTrouble?: (message: string) => void;
  /** For clients whose failed tries are part of normal work: their entries become debug entries. */
  quiet?: boolean;
  /** Once aborted, the client opens no connection any more: what it was still repeating ends. */
  closing?: AbortSignal;
};

// The first wait and the cap with which clients were back 0.2 to 0.8 s after a killed broker was ready again.
const clientRetry: RetryOptions = { initialRetryTime: 50, maxRetryTime: 500, retries: 5 };
const topicTimeoutMs = 30_000;
const offsetsTimeoutMs = 10_000;

encodeProduceRequests();
decodeFetches();
shareRequestTimers();
startConnectionsFresh();
rememberTransactionCoordinators();
passOverKnownOffsets();

/** Names, topics and clients of one Kafka cluster. Every other class of this library starts from one. */
export class KafkaConnection {
  /** Shared by whoever needs a plain client; consumers and producers of this library make their own. */
  readonly kafka: Kafka;
  private connectedAdmin: Promise<Admin> | undefined;
  private pinging: Promise<unknown> | undefined;
  private readonly partitionCounts = new Map<string, number>();
  private readonly closing = new AbortController();
  private readonly isNew = seldom(5_000);

  constructor(
    readonly settings: KafkaSettings,
    readonly log: LogFn,
  ) {
    this.kafka = this.newClient({ closing: this.closing.signal });
  }

  /**
   * A client of its own. kafkajs keeps committed offsets per client and group: two members of one group in
   * one client would overwrite each other's.
   */
  newClient({ retry, requestTimeoutMs = 30_000, onTrouble, quiet, closing }: ClientOptions = {}): Kafka {
    const { brokers, clientId, ssl, sasl, socketFactory } = this.settings;
    return new Kafka({
      // No broker at all is what kafkajs takes for final; everything else it repeats.
      brokers: () => (closing?.aborted ? [] : brokers),
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
      ...(socketFactory === undefined ? {} : { socketFactory }),
      connectionTimeout: 3_000,
      requestTimeout: requestTimeoutMs,
      retry: { ...clientRetry, ...retry },
      logLevel: logLevel.WARN,
      logCreator: kafkaLogCreator(this.log, { isNew: this.isNew, trouble: onTrouble, quiet }),
    });
  }

  topicName(short: string): string {
    return this.settings.topicPrefix + short;
  }

  shortName(topic: string): string {
    return topic.slice(this.settings.topicPrefix.length);
  }

  groupId(name: string): string {
    return this.settings.topicPrefix + name;
  }

  /** `posthorn-cursors-3` for the prefix `posthorn.`; no two prefixes ever share one. */
  transactionalId(partition: number): string {
    const { topicPrefix } = this.settings;
    // A colon cannot be part of a topic's name, so no other prefix leads to the same start.
    const start = topicPrefix.endsWith('.') ? topicPrefix.slice(0, -1) : `${topicPrefix}:`;
    return `${start}-cursors-${partition}`;
  }

  /** One admin client for all, connected at first use. */
  admin(): Promise<Admin> {
    this.connectedAdmin ??= this.connectAdmin().catch((error: unknown) => {
      this.connectedAdmin = undefined;
      throw error;
    });
    return this.connectedAdmin;
  }

  /**
   * Creates what is missing and waits until every partition has a leader. Safe when several services do it at
   * once. An existing topic is left as it is: its partition count decides where a tenant lives, and its other
   * settings are the operator's, who is told where `config` would have it otherwise.
   */
  async ensureTopics(specs: TopicSpec[], replicationFactor?: number): Promise<void> {
    const deadline = performance.now() + topicTimeoutMs;
    for (;;) {
      try {
        const missing = await this.createMissing(specs, replicationFactor);
        if (missing.length === 0 && (await this.haveLeaders(specs))) {
          void tellOfLargerSettings(this, specs);
          return;
        }
      } catch (error) {
        if (performance.now() > deadline) throw error;
        this.log('info', 'topics are not there yet', { error: String(error) });
      }
      if (performance.now() > deadline) {
        throw new Error(`topics without leader: ${specs.map(({ name }) => this.topicName(name)).join(', ')}`);
      }
      await delay(100);
    }
  }

  async partitionCount(short: string): Promise<number> {
    const known = this.partitionCounts.get(short);
    if (known !== undefined) return known;
    const topic = this.topicName(short);
    const ask = async () => (await this.admin()).fetchTopicMetadata({ topics: [topic] });
    const { topics } = await repeated(offsetsTimeoutMs, ask, (error) => !isUnknownTopic(error));
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (count === 0) throw new Error(`no such topic: ${topic}`);
    this.partitionCounts.set(short, count);
    return count;
  }

  /** `high` is the stable end: where a read-committed reader stops while a transaction is open. */
  async endOffsets(short: string): Promise<Map<number, { low: number; high: number }>> {
    const ask = async () => (await this.admin()).fetchTopicOffsets(this.topicName(short));
    const offsets = await repeated(offsetsTimeoutMs, ask);
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
    );
  }

  /** The first offset appended at or after a time (epoch ms); the log's end where there is none yet. */
  async offsetAt(short: string, partition: number, time: number): Promise<number> {
    const ask = async () => (await this.admin()).fetchTopicOffsetsByTimestamp(this.topicName(short), time);
    const offsets = await repeated(offsetsTimeoutMs, ask);
    const found = Number(offsets.find((entry) => entry.partition === partition)?.offset ?? -1);
    return found >= 0 ? found : ((await this.endOffsets(short)).get(partition)?.high ?? 0);
  }

  /**
   * Whether a broker answers a metadata request in time. Never rejects, and never more than one is on the
   * way.
   */
  async ping(timeoutMs: number): Promise<boolean> {
    let answered = false;
    this.pinging ??= this.admin()
      .then((admin) => admin.describeCluster())
      .finally(() => (this.pinging = undefined));
    const pinging = this.pinging.then(() => (answered = true));
    await settledWithin(timeoutMs, pinging);
    return answered;
  }

  async close(): Promise<void> {
    this.closing.abort();
    const admin = this.connectedAdmin;
    this.connectedAdmin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  private async connectAdmin(): Promise<Admin> {
    if (this.closing.signal.aborted) throw new Error('the connection is closed');
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  private async createMissing(
    specs: TopicSpec[],
    replicationFactor: number | undefined,
  ): Promise<TopicSpec[]> {
    const admin = await this.admin();
    const existing = new Set(await admin.listTopics());
    const missing = specs.filter(({ name }) => !existing.has(this.topicName(name)));
    if (missing.length > 0) {
      const topics = missing.map((spec) => topicConfig(this.topicName(spec.name), spec, replicationFactor));
      // Answers false when another service was faster with all of them; throws when only with some.
      await admin.createTopics({ topics, waitForLeaders: false, timeout: 10_000 });
    }
    return missing;
  }

  private async haveLeaders(specs: TopicSpec[]): Promise<boolean> {
    const admin = await this.admin();
    const { topics } = await admin.fetchTopicMetadata({
      topics: specs.map(({ name }) => this.topicName(name)),
    });
    return topics.every(
      ({ partitions }) =>
        partitions.length > 0 &&
        partitions.every(({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0),
    );
  }
}
