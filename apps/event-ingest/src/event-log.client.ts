import { Inject, Injectable } from '@nestjs/common';
import { allTopics, eventsTopic, topicSpecs } from '@posthorn/contracts';
import { BatchProducer, KafkaConnection, type OutRecord } from '@posthorn/messaging';
import { HealthRegistry, LOGGER, type Logger, Metrics, observeProducer } from '@posthorn/runtime';
import { EventIngestSettings } from './event-ingest.config.js';

/** A batch of one partition is one message to the broker: it has to stay below `max.message.bytes`. */
const batch = { batchRecords: 1_000, batchBytes: 384 * 1024 };
/** Trouble shorter than this only makes publishers wait. */
const hiccupMs = 750;
const retryStartMs = 500;
const stopGraceMs = 5_000;

/**
 * Where accepted events and rejected records go.
 *
 * Two producers: a backlog of `inbox` fills its own queue only, and no publisher over HTTP is refused for it.
 */
@Injectable()
export class EventLog {
  private readonly http: BatchProducer;
  private readonly inbox: BatchProducer;
  private readonly stopping = new AbortController();
  private partitionCount = 0;
  private downSinceMs: number | undefined;

  constructor(
    private readonly kafka: KafkaConnection,
    private readonly settings: EventIngestSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    health: HealthRegistry,
    metrics: Metrics,
  ) {
    const { queueRecordsMax: maxRecords, queueBytesMax: maxBytes, lingerMs } = settings;
    const bounds = { maxRecords, maxBytes, lingerMs, ...batch };
    // Only the bounds refuse: what was read from Kafka waits for Kafka, and publishers are told by `open`.
    this.http = new BatchProducer(kafka, { name: 'events', ...bounds, refuseWhenDown: false });
    this.inbox = new BatchProducer(kafka, { name: 'inbox', ...bounds, refuseWhenDown: false });
    observeProducer(metrics, this.http, 'event-ingest.http');
    observeProducer(metrics, this.inbox, 'event-ingest.inbox');
    health.ready('event-ingest.kafka', () => this.open || 'Kafka is away');
  }

  /** False once Kafka is known to be away; a leader that moves is no outage yet. */
  get open(): boolean {
    if (this.partitionCount === 0) return false;
    if (this.http.state === 'up') {
      this.downSinceMs = undefined;
      return true;
    }
    const nowMs = performance.now();
    this.downSinceMs ??= nowMs;
    return nowMs - this.downSinceMs < hiccupMs;
  }

  /** Of `events`; 0 before it is known. */
  get partitions(): number {
    return this.partitionCount;
  }

  /** All or none; false when Kafka is away or too much is waiting. */
  offerAll(records: readonly OutRecord[]): boolean {
    return this.http.offerAll(records);
  }

  offerFromInbox(record: OutRecord): boolean {
    return this.inbox.offer(record);
  }

  /** Below half: whoever was refused may go on. */
  get inboxHasRoom(): boolean {
    const { queueRecordsMax, queueBytesMax } = this.settings;
    return this.inbox.queuedRecords <= queueRecordsMax / 2 && this.inbox.queuedBytes <= queueBytesMax / 2;
  }

  /** Writes what was offered, as long as that does not take too long. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.http.stop(stopGraceMs), this.inbox.stop(stopGraceMs)]);
  }

  /** Tries until the topics are there. */
  async start(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        const { partitions, replicationFactor } = this.settings;
        await this.kafka.ensureTopics(topicSpecs(allTopics, partitions), replicationFactor);
        await Promise.all([this.http.start(), this.inbox.start()]);
        this.partitionCount = await this.kafka.partitionCount(eventsTopic.name);
        return;
      } catch (error) {
        this.logger.warn({ err: error }, 'topics cannot be reached yet');
        await new Promise((resolve) => setTimeout(resolve, retryStartMs));
      }
    }
  }
}
