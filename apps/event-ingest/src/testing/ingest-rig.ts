import { type CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { randomBytes } from 'node:crypto';
import {
  allTopics,
  decodeEvents,
  decodeRejected,
  type DirectoryMessage,
  directoryKey,
  encodeDirectory,
  type EventMessage,
  partitionsFor,
  type RejectedMessage,
} from '@posthorn/contracts';
import { apiKeyHash, type ProfileName } from '@posthorn/domain';
import { BatchProducer, type InRecord, KafkaConnection, LogReader, partitionFor } from '@posthorn/messaging';
import {
  createLogger,
  kafkaLog,
  loadSettings,
  serveDocument,
  type Service,
  startService,
} from '@posthorn/runtime';
import { type KafkaProxy, testKafka, waitFor } from '@posthorn/testing';
import { EVENT_INGEST_TRANSPORT, EventIngestModule, EventIngestSettings } from '../index.js';

export const partitions = 4;
const producerOptions = {
  name: 'rig',
  maxRecords: 100_000,
  maxBytes: 1e9,
  batchRecords: 2_000,
  batchBytes: 400_000,
  lingerMs: 0,
  refuseWhenDown: false,
};
const logger = createLogger({ logLevel: process.env.TEST_LOG ?? 'silent' }, 'event-ingest');

export type Stored<T> = {
  partition: number;
  offset: number;
  key: string | null;
  headers: InRecord['headers'];
} & T;
export type InboxRecord = {
  key?: string;
  value: string | Buffer | null;
  headers?: Record<string, string>;
  partition?: number;
};
export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

/** One random topic prefix on the real broker: what upstream services write, and what event-ingest wrote. */
export class IngestRig {
  readonly kafka: KafkaConnection;
  readonly broker = testKafka();
  private readonly producer: BatchProducer;
  private readonly services: Service[] = [];
  private readonly eventsRead = readOf<{ event: EventMessage }>('events.v1');
  private readonly rejectedRead = readOf<{ message: RejectedMessage }>('rejected.v1');
  private readonly reader: LogReader;
  private versions = 0;

  private constructor() {
    const settings = { brokers: this.broker.brokers, clientId: 'rig', topicPrefix: this.broker.prefix };
    this.kafka = new KafkaConnection(settings, () => undefined);
    this.producer = new BatchProducer(this.kafka, producerOptions);
    this.reader = new LogReader(this.kafka, { groupId: 'rig', topics: ['events.v1', 'rejected.v1'] });
  }

  static async start(): Promise<IngestRig> {
    const rig = new IngestRig();
    await rig.kafka.ensureTopics(
      allTopics.map((topic) => ({ ...topic, partitions: partitionsFor(topic, partitions) })),
    );
    await rig.producer.start();
    await rig.reader.start();
    return rig;
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.producer.stop(1_000);
    await this.reader.stop();
    await this.kafka.close();
    await this.broker.cleanup();
  }

  env(more: Record<string, string> = {}): Record<string, string> {
    return {
      KAFKA_BROKERS: this.broker.brokers.join(','),
      POSTHORN_TOPIC_PREFIX: this.broker.prefix,
      POSTHORN_PARTITIONS: String(partitions),
      POSTHORN_PORT: '0',
      ...more,
    };
  }

  /** The service as main.ts starts it, ready; with a proxy, all its connections to Kafka go through that. */
  async serve({
    proxy,
    env,
    ready = true,
  }: { proxy?: KafkaProxy; env?: Record<string, string>; ready?: boolean } = {}) {
    const settings = loadSettings(EventIngestSettings, this.env(env));
    const module = EventIngestModule.register(settings);
    if (proxy) {
      const { brokers, clientId, topicPrefix } = { ...this.kafka.settings, clientId: 'proxied' };
      const { socketFactory } = proxy;
      const useValue = new KafkaConnection(
        { brokers, clientId, topicPrefix, socketFactory },
        kafkaLog(logger),
      );
      module.providers!.push({ provide: KafkaConnection, useValue });
    }
    const service = await startService({
      name: 'event-ingest',
      module,
      settings,
      configure: serveDocument,
      transports: [EVENT_INGEST_TRANSPORT],
      logger,
      ownsProcess: false,
    });
    this.services.push(service);
    if (ready) await this.ready(service.url);
    return service;
  }

  ready(url: string, expected = 200): Promise<unknown> {
    return waitFor(async () => (await fetch(`${url}/health/ready`)).status === expected, {
      timeoutMs: 20_000,
      message: `${url} answers ${expected}`,
    });
  }

  /** Writes to `directory` as a relay does. */
  async tell(...messages: DirectoryMessage[]): Promise<void> {
    await Promise.all(
      messages.map((message) =>
        this.producer.publish({
          topic: 'directory.v1',
          partition: 0,
          key: directoryKey(message),
          value: encodeDirectory(message),
        }),
      ),
    );
  }

  async tenant(id: string, profile: ProfileName = 'standard'): Promise<string> {
    await this.tell({ kind: 'tenant', id, profile, name: id, version: ++this.versions });
    return id;
  }

  /** A key that may publish, unless told otherwise. */
  async key(tenantId: string | null, given: Partial<Extract<DirectoryMessage, { kind: 'key' }>> = {}) {
    const text = `ph_${randomBytes(16).toString('hex')}`;
    const entry = {
      kind: 'key',
      id: `key_${text.slice(3)}`,
      hash: apiKeyHash(text),
      tenantId,
      scopes: ['publish'],
      expiresAt: null,
      revokedAt: null,
      version: ++this.versions,
      ...given,
    } satisfies DirectoryMessage;
    await this.tell(entry);
    return { text, entry };
  }

  /** Where each record went, in their order. */
  async inbox(records: InboxRecord[]): Promise<{ partition: number; offset: number }[]> {
    return Promise.all(
      records.map(async ({ key, value, headers = {}, partition = partitionFor(key ?? '', partitions) }) => {
        const record = { topic: 'inbox.v1', partition, key: key ?? null, value, headers };
        return { partition, offset: await this.producer.publish(record) };
      }),
    );
  }

  /** By another client than ours. */
  async compressedInbox(value: Buffer | string, compression: CompressionTypes): Promise<void> {
    const { brokers, prefix } = this.broker;
    const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: `${prefix}inbox.v1`, compression, messages: [{ value }] });
    await producer.disconnect();
  }

  /** All accepted events so far. */
  events(): Promise<Stored<{ event: EventMessage }>[]> {
    return this.all(this.eventsRead, (value) => ({ event: decodeEvents(value) as EventMessage }));
  }

  async eventsOf(tenantId: string): Promise<Stored<{ event: EventMessage }>[]> {
    return (await this.events()).filter(({ event }) => event.tenantId === tenantId);
  }

  rejected(): Promise<Stored<{ message: RejectedMessage }>[]> {
    return this.all(this.rejectedRead, (value) => ({ message: decodeRejected(value) }));
  }

  /** The group's committed offsets of `inbox`, by partition. */
  async committed(): Promise<Map<number, number>> {
    const admin = await this.kafka.admin();
    const topics = [this.kafka.topicName('inbox.v1')];
    const [{ partitions: found }] = await admin.fetchOffsets({
      groupId: this.kafka.groupId('event-ingest'),
      topics,
    });
    return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** Reads on where the last call ended. */
  private async all<T>(read: Read<T>, decode: (value: Buffer | null) => T): Promise<Stored<T>[]> {
    for (const [partition, { high }] of await this.kafka.endOffsets(read.topic)) {
      const from = read.next.get(partition) ?? 0;
      if (from >= high) continue;
      const next = await this.reader.readRange(read.topic, partition, from, high, (records) => {
        for (const { offset, key, headers, value } of records)
          read.records.push({ partition, offset, key: key?.toString() ?? null, headers, ...decode(value) });
      });
      read.next.set(partition, next);
    }
    return read.records;
  }
}

type Read<T> = { topic: string; next: Map<number, number>; records: Stored<T>[] };

const readOf = <T>(topic: string): Read<T> => ({ topic, next: new Map(), records: [] });

export async function post(
  url: string,
  key: string | undefined,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    body: body as string,
    headers: { 'content-type': 'application/json', ...(key ? { 'x-api-key': key } : {}), ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

export const timestamp = '2026-04-15T10:00:01.234Z';

/** The JSON of an event, with `data` spelled exactly so. */
export function eventText(given: Record<string, unknown>, data?: string): string {
  const head = JSON.stringify({
    type: 'order.created',
    entity: { name: 'order', id: 'o1' },
    timestamp,
    ...given,
  });
  return data === undefined ? head : `${head.slice(0, -1)},"data":${data}}`;
}
