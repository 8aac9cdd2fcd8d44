import { BatchQueue, type Item, type QueueLimits } from './batch-queue.js';
import { binaryRecord, checkSource, cloudEvent, cloudEventType, structuredJson } from './cloud-event.js';
import { type EventInput, plainJson, plainWebhookId, readyEvents, type ReadyEvent } from './event.js';
import { acceptedIds, type Outcome } from './outcome.js';

/** What is needed of a kafkajs producer. It is connected and disconnected by whoever made it. */
export type KafkaProducer = {
  send(record: {
    topic: string;
    acks: number;
    messages: { key: string; value: string | null; headers: Record<string, string> }[];
  }): Promise<unknown>;
};

export type KafkaPublisherOptions = Partial<QueueLimits> & {
  /** Default `posthorn.inbox.v1`. */
  topic?: string;
  /** Default `posthorn`. The other two are CloudEvents 1.0, and need a `source`. */
  format?: 'posthorn' | 'cloudevents-structured' | 'cloudevents-binary';
  /** CloudEvents `source`: a URI reference that names this service. */
  source?: string;
  /** Whose events keep their order: all of a tenant (default), or those of one entity. */
  keyBy?: 'tenant' | 'entity';
};

/** All of one partition go into one record batch, which a broker takes up to 1 MiB as it comes. */
const defaults: QueueLimits = {
  batchEvents: 500,
  batchBytes: 512 * 1024,
  queueEvents: 10_000,
  queueBytes: 16 * 1024 * 1024,
  timeoutMs: 60_000,
};

type Message = { key: string; value: string | null; headers: Record<string, string> };
type InboxRecord = Item & { message: Message };

/**
 * Writes events to Posthorn's inbox, acknowledged by all replicas. The producer retries by itself; what fails
 * all the same is given back together with everything behind it. Make the producer with
 * `createPartitioner: murmur2Partitioner`.
 */
export class KafkaPublisher {
  readonly timeoutMs: number;
  private readonly queue: BatchQueue<InboxRecord>;
  private readonly topic: string;

  constructor(
    private readonly producer: KafkaProducer,
    private readonly options: KafkaPublisherOptions = {},
  ) {
    const { topic = 'posthorn.inbox.v1', format = 'posthorn', source } = options;
    if (format !== 'posthorn') checkSource(source);
    const limits = limitsOf(options, defaults);
    this.topic = topic;
    this.timeoutMs = limits.timeoutMs;
    this.queue = new BatchQueue<InboxRecord>({ send: (batch) => this.send(batch) }, limits);
  }

  /**
   * Resolves with the events' ids when Kafka has all of them.
   *
   * @throws EventError when one of them is wrong; nothing was sent
   * @throws PublishError when not all of them were accepted
   */
  async publish(events: EventInput | readonly EventInput[]): Promise<string[]> {
    const records = readyEvents([events].flat()).map((event) => this.recordOf(event));
    return acceptedIds(await this.queue.offer(records));
  }

  /** As `publish`, for events that are checked already; what became of each is a value. */
  deliver(events: readonly ReadyEvent[]): Promise<Outcome[]> {
    return this.queue.deliver(events, (event) => this.recordOf(event));
  }

  /** Takes nothing more, and resolves when everything has its outcome. The producer stays connected. */
  close(): Promise<void> {
    return this.queue.close();
  }

  private async send(batch: readonly InboxRecord[]): Promise<Outcome[]> {
    const messages = batch.map(({ message }) => message);
    // Some of them may have been written before it failed: that is not known, and all are given back.
    await this.producer.send({ topic: this.topic, acks: -1, messages });
    return batch.map(({ id }) => ({ status: 'accepted', id }));
  }

  private recordOf(event: ReadyEvent): InboxRecord {
    const { format = 'posthorn', source = '' } = this.options;
    const key = this.keyOf(event);
    const trace = { ...event.trace };
    if (format === 'posthorn') {
      const value = plainJson(event);
      return made(plainWebhookId(event), { key, value, headers: trace });
    }
    const cloud = cloudEvent(event, { source });
    if (format === 'cloudevents-structured') {
      const headers = { 'content-type': cloudEventType, ...trace };
      return made(cloud.webhookId, { key, value: structuredJson(cloud), headers });
    }
    const { headers, value } = binaryRecord(cloud);
    return made(cloud.webhookId, { key, value, headers: { ...headers, ...trace } });
  }

  private keyOf({ tenantId, entity }: ReadyEvent): string {
    if (this.options.keyBy !== 'entity' || !entity) return tenantId;
    return `${tenantId}/${entity.name}/${entity.id}`;
  }
}

/** What is not given, or given as undefined, is as the defaults say. */
export function limitsOf(given: Partial<QueueLimits>, defaults: QueueLimits): QueueLimits {
  const limits = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof QueueLimits)[])
    limits[name] = given[name] ?? defaults[name];
  return limits;
}

function made(id: string, message: Message): InboxRecord {
  const { key, value, headers } = message;
  const texts = [key, value ?? '', ...Object.entries(headers).flat()];
  return { id, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0), message };
}
