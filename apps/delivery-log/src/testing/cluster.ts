import {
  allTopics,
  type AttemptsMessage,
  attemptsTopic,
  type CursorsMessage,
  cursorsTopic,
  directoryKey,
  type DirectoryMessage,
  directoryTopic,
  encodeAttempts,
  encodeCursors,
  encodeDirectory,
  encodeSubscription,
  type EventMessage,
  type EventsMessage,
  eventsTopic,
  partitionsFor,
  type Scope,
  subscriptionKey,
  type SubscriptionMessage,
  subscriptionsTopic,
} from '@posthorn/contracts';
import { apiKeyHash } from '@posthorn/domain';
import { BatchProducer, KafkaConnection, partitionFor } from '@posthorn/messaging';
import { serveDocument, type Service, startService } from '@posthorn/runtime';
import { DELIVERY_LOG_TRANSPORT, DeliveryLogModule, DeliveryLogSettings } from '../index.js';
import { control, encodeEvents } from './builders.js';
import { logger } from './harness.js';

export const partitions = 4;

/** What the other services would write, and delivery-log itself, over a real broker. */
export class Cluster {
  readonly kafka: KafkaConnection;
  private readonly producer: BatchProducer;
  private readonly running = new Set<Service>();

  constructor(
    private readonly brokers: string[],
    private readonly prefix: string,
  ) {
    this.kafka = new KafkaConnection({ brokers, clientId: 'test', topicPrefix: prefix }, () => undefined);
    const bounds = { maxRecords: 50_000, maxBytes: 5e7, batchRecords: 500, batchBytes: 400_000, lingerMs: 0 };
    this.producer = new BatchProducer(this.kafka, { name: 'test', ...bounds });
  }

  async start(): Promise<void> {
    await this.kafka.ensureTopics(
      allTopics.map((topic) => ({ ...topic, partitions: partitionsFor(topic, partitions) })),
    );
    await this.producer.start();
  }

  async stop(): Promise<void> {
    for (const service of this.running) await this.stopService(service);
    await this.producer.stop(1_000);
    await this.kafka.close();
  }

  async startService(databaseUrl: string, given: Partial<DeliveryLogSettings> = {}): Promise<Service> {
    const settings = Object.assign(new DeliveryLogSettings(), {
      kafkaBrokers: this.brokers,
      topicPrefix: this.prefix,
      databaseUrl,
      partitions,
      port: 0,
      // What tests tell of happened at one time, however long ago that is when they run.
      ...{ keepPayloadsDays: 10_000, keepAttemptsDays: 10_000 },
      ...{ keepMinutesDays: 10_000, keepHoursDays: 10_000 },
      ...given,
    });
    const service = await startService({
      name: 'delivery-log',
      module: DeliveryLogModule.register(settings),
      settings,
      configure: serveDocument,
      transports: [DELIVERY_LOG_TRANSPORT],
      logger,
      ownsProcess: false,
    });
    this.running.add(service);
    return service;
  }

  async stopService(service: Service): Promise<void> {
    this.running.delete(service);
    await service.stop();
  }

  /** A tenant with a subscription to order.created, and its events: answers with the last one's place. */
  async tenantWith(tenantId: string, ...events: EventMessage[]): Promise<number> {
    await this.tenant(tenantId);
    let seq = await this.event(control({ tenantId }));
    for (const message of events) seq = await this.event({ ...message, tenantId });
    return seq;
  }

  /** Answers with its place in the log. */
  event(message: EventsMessage): Promise<number> {
    return this.publish(eventsTopic.name, message.tenantId, message.tenantId, encodeEvents(message));
  }

  attempt(message: AttemptsMessage): Promise<number> {
    return this.publish(attemptsTopic.name, message.tenantId, message.tenantId, encodeAttempts(message));
  }

  cursor(tenantId: string, key: string, message: CursorsMessage | null): Promise<number> {
    return this.publish(cursorsTopic.name, tenantId, key, message && encodeCursors(message));
  }

  subscription(message: SubscriptionMessage): Promise<number> {
    const { tenantId, id } = message.snapshot;
    return this.publish(
      subscriptionsTopic.name,
      tenantId,
      subscriptionKey(tenantId, id),
      encodeSubscription(message),
    );
  }

  /** The log of the tenant's partition begins at that place from now on. */
  async forgetBelow(tenantId: string, seq: number, topic = eventsTopic.name): Promise<void> {
    const admin = await this.kafka.admin();
    const partition = partitionFor(tenantId, partitions);
    await admin.deleteTopicRecords({
      topic: this.kafka.topicName(topic),
      partitions: [{ partition, offset: String(seq) }],
    });
  }

  raw(topic: string, tenantId: string, value: Buffer): Promise<number> {
    return this.publish(topic, tenantId, tenantId, value);
  }

  async tenant(id: string): Promise<void> {
    await this.directory({ kind: 'tenant', id, profile: 'brutlers', name: id, version: 1 });
  }

  /** Null is an operator's key. */
  async key(
    key: string,
    tenantId: string | null,
    scopes: Scope[],
    revokedAt: number | null = null,
    expiresAt: number | null = null,
  ): Promise<void> {
    await this.directory({
      kind: 'key',
      id: `key_${key}`,
      hash: apiKeyHash(key),
      tenantId,
      scopes,
      expiresAt,
      revokedAt,
      version: revokedAt === null ? 1 : 2,
    });
  }

  async directory(message: DirectoryMessage): Promise<void> {
    const key = directoryKey(message);
    await this.producer.publish({
      topic: directoryTopic.name,
      partition: 0,
      key,
      value: encodeDirectory(message),
    });
  }

  private publish(topic: string, tenantId: string, key: string, value: Buffer | null): Promise<number> {
    return this.producer.publish({ topic, partition: partitionFor(tenantId, partitions), key, value });
  }
}

type Answer = { status: number; body: Record<string, unknown> };
type List = { items: Record<string, unknown>[]; nextCursor: string | null };

/** The service as its callers see it. */
export class LogApi {
  constructor(private readonly url: () => string) {}

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url()}/health/ready`)).ok;
  }

  fetch(path: string, headers: Record<string, string> = { 'x-api-key': 'operator' }): Promise<Response> {
    return fetch(`${this.url()}/${path}`, { headers });
  }

  async ask(path: string, key = 'operator'): Promise<Answer> {
    const response = await this.fetch(`v1/tenants/${path}`, { 'x-api-key': key });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  async post(path: string, key = 'operator', given?: object): Promise<Answer & { type: string | null }> {
    const response = await fetch(`${this.url()}/v1/tenants/${path}`, {
      method: 'POST',
      headers: { 'x-api-key': key, ...(given ? { 'content-type': 'application/json' } : {}) },
      ...(given ? { body: JSON.stringify(given) } : {}),
    });
    const type = response.headers.get('content-type');
    return { status: response.status, type, body: (await response.json()) as Answer['body'] };
  }

  async list(path: string): Promise<List> {
    const { status, body } = await this.ask(path);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body as List;
  }
}
