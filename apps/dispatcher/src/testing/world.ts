import {
  attemptsTopic,
  type AttemptsMessage,
  cursorsTopic,
  decodeAttempts,
  decodeCursors,
  decodeRetry,
  dueTopic,
  encodeControl,
  encodeDue,
  encodeEvent,
  eventsTopic,
  laneOfKey,
  type LaneCommand,
  retriesTopic,
  secretContext,
  type SubscriptionSnapshot,
} from '@posthorn/contracts';
import { profileOf } from '@posthorn/domain';
import { partitionFor } from '@posthorn/messaging';
import { createLogger, KeyRing, loadSettings, type Service, startService } from '@posthorn/runtime';
import type { TestKafka } from '@posthorn/testing';
import { type Admin, type Consumer, type IHeaders, Kafka, logLevel, type Producer } from 'kafkajs';
import { DispatcherSettings } from '../dispatcher.config.js';
import { DispatcherModule } from '../dispatcher.module.js';
import { DISPATCHER_TRANSPORT } from '../transport.js';

type Heard = { key: Buffer | null; value: Buffer | null; headers?: IHeaders };

const partitions = 2;
const keyText = KeyRing.generate('test');
const keyRing = KeyRing.parse(keyText);

/** For specs: a dispatcher as main.ts starts it, on a topic prefix of its own. */
export async function startDispatcher(
  { brokers, prefix }: TestKafka,
  env: Record<string, string> = {},
): Promise<Service> {
  const settings = loadSettings(DispatcherSettings, {
    KAFKA_BROKERS: brokers.join(','),
    POSTHORN_TOPIC_PREFIX: prefix,
    POSTHORN_PORT: '0',
    POSTHORN_PARTITIONS: String(partitions),
    POSTHORN_SECRET_KEYS: keyText,
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_EGRESS_HTTP: 'on',
    ...env,
  });
  const logger = createLogger({ logLevel: process.env.TEST_LOG_LEVEL ?? 'fatal' }, 'dispatcher');
  const module = DispatcherModule.register(settings);
  const transports = [DISPATCHER_TRANSPORT];
  return startService({ name: 'dispatcher', module, settings, transports, logger, ownsProcess: false });
}

/**
 * The world around a dispatcher: publishes events and control records, keeps what it writes, and hands due
 * tokens back
 * as retry-scheduler does.
 */
export class World {
  readonly attempts: AttemptsMessage[] = [];
  readonly lanes: string[] = [];
  readonly retries: number[] = [];
  private commands = 0;
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly kafka: TestKafka,
    private readonly producer: Producer,
    private readonly consumer: Consumer,
    private readonly admin: Admin,
  ) {}

  static async start(kafka: TestKafka): Promise<World> {
    const client = new Kafka({
      brokers: kafka.brokers,
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50 },
    });
    const admin = client.admin();
    const producer = client.producer({ allowAutoTopicCreation: false });
    const consumer = client.consumer({ groupId: `${kafka.prefix}world`, maxWaitTimeInMs: 20 });
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
    const world = new World(kafka, producer, consumer, admin);
    const topics = [attemptsTopic, cursorsTopic, retriesTopic].map(({ name }) => kafka.prefix + name);
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, partition, message }) => world.heard(topic, partition, message),
    });
    return world;
  }

  snapshot(
    over: Partial<SubscriptionSnapshot> & { tenantId: string; id: string; url: string },
  ): SubscriptionSnapshot {
    const profile = profileOf(over.profile ?? 'brutlers');
    return {
      version: 1,
      profile: profile.name,
      name: 'test',
      status: 'active',
      ordering: profile.ordering,
      filter: { types: ['*'] },
      secrets: [{ sealed: keyRing.seal('s3cret', secretContext(over.tenantId, over.id)) }],
      retryPolicy: profile.retryPolicy,
      timeoutMs: 2_000,
      rateLimit: null,
      headers: {},
      metadata: {},
      createdAt: new Date().toISOString(),
      updatedAt: new Date().toISOString(),
      ...over,
    };
  }

  async subscribe(snapshot: SubscriptionSnapshot, start: { startSeq?: number } = {}): Promise<void> {
    const { tenantId } = snapshot;
    await this.send(eventsTopic.name, tenantId, [
      encodeControl({ kind: 'subscription', tenantId, snapshot, ...start }),
    ]);
  }

  async command(
    tenantId: string,
    subscriptionId: string,
    command: LaneCommand['command'],
    args = {},
  ): Promise<void> {
    const order = {
      kind: 'command' as const,
      id: `cmd_${++this.commands}`,
      tenantId,
      subscriptionId,
      command,
      args,
    };
    await this.send(eventsTopic.name, tenantId, [encodeControl(order)]);
  }

  /** Events `<id> from..to`, each with its number as data. */
  async publish(tenantId: string, from: number, to: number, headers = {}, atMs?: number): Promise<void> {
    const values: Buffer[] = [];
    for (let n = from; n <= to; n++) {
      values.push(
        encodeEvent({
          kind: 'event',
          id: `evt_${tenantId}_${n}`,
          tenantId,
          type: 'order.created',
          entity: { name: 'order', id: String(n) },
          timestamp: '2026-04-15T10:00:01.234Z',
          acceptedAt: Date.now(),
          data: Buffer.from(`{"n":${n}}`),
        }),
      );
    }
    await this.send(eventsTopic.name, tenantId, values, headers, atMs);
  }

  async send(
    topic: string,
    tenantId: string,
    values: Buffer[],
    headers = {},
    atMs?: number,
    key = tenantId,
  ): Promise<void> {
    const partition = partitionFor(tenantId, partitions);
    const time = atMs === undefined ? {} : { timestamp: String(atMs) };
    const messages = values.map((value) => ({ key, value, partition, headers, ...time }));
    await this.producer.send({ topic: this.kafka.prefix + topic, messages, acks: -1 });
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all([this.producer.disconnect(), this.consumer.disconnect(), this.admin.disconnect()]);
  }

  private heard(topic: string, partition: number, message: Heard): void {
    const { key, value, headers = {} } = message;
    switch (topic.slice(this.kafka.prefix.length)) {
      case attemptsTopic.name:
        this.attempts.push(decodeAttempts(value));
        return;
      case retriesTopic.name: {
        const retry = decodeRetry(value);
        this.retries.push(retry.attempt);
        this.later(retry.dueAt, partition, encodeDue({ kind: 'delivery', ...retry }), headers);
        return;
      }
      default:
        this.heardCursor(String(key), partition, value);
    }
  }

  private heardCursor(key: string, partition: number, value: Buffer | null): void {
    const identity = laneOfKey(key);
    if (!identity) return;
    const record = value ? decodeCursors(value) : undefined;
    this.lanes.push(record ? record.kind : 'live');
    if (record?.kind !== 'parked') return;
    const { cursor, attempt, dueAt } = record;
    this.later(dueAt, partition, encodeDue({ kind: 'lane', ...identity, cursor, attempt, dueAt }));
  }

  private later(dueAt: number, partition: number, value: Buffer, headers: IHeaders = {}): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        void this.producer.send({
          topic: this.kafka.prefix + dueTopic.name,
          messages: [{ key: 'due', value, partition, headers }],
        });
      },
      Math.max(0, dueAt - 150 - Date.now()),
    );
    this.timers.add(timer);
  }
}
