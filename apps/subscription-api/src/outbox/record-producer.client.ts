import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import {
  auditNotesTopic,
  cursorsTopic,
  directoryTopic,
  eventsTopic,
  keyUsesTopic,
  topicSpecs,
} from '@posthorn/contracts';
import { BatchProducer, KafkaConnection, partitionFor } from '@posthorn/messaging';
import { HealthRegistry, LOGGER, type Logger, Metrics, observeProducer, Spans } from '@posthorn/runtime';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { traced } from './outbox-spans.js';
import type { PendingRow } from './relay-session.js';

const queueMaxRecords = 1_000;
const queueMaxBytes = 64 * 1024 * 1024;
const reconnectMs = 1_000;
const pingMs = 1_000;
const closeMs = 1_000;

/** What this service writes or reads; whichever service comes first makes them. */
const topics = [eventsTopic, directoryTopic, cursorsTopic, keyUsesTopic, auditNotesTopic];

/** The relay's way to Kafka. Writes nothing before the topics are known to exist. */
@Injectable()
export class RecordProducer {
  private readonly producer: BatchProducer;
  private readonly stopping = new AbortController();
  private connecting: Promise<void> | undefined;
  private isReady = false;

  constructor(
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
    @Inject(HealthRegistry) health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
    @Inject(Spans) private readonly spans: Spans,
  ) {
    health.ready('subscription-api.topics', () => this.isReady || 'Kafka topics are not there yet');
    this.producer = new BatchProducer(kafka, {
      name: 'outbox',
      maxRecords: queueMaxRecords,
      maxBytes: queueMaxBytes,
      batchRecords: 100,
      batchBytes: 400 * 1024,
      lingerMs: 2,
      // The outbox is patient: what it has offered stays offered until Kafka takes it.
      refuseWhenDown: false,
    });
    observeProducer(metrics, this.producer, 'subscription-api.outbox');
  }

  /** Returns at once and goes on until Kafka is there. */
  start(): void {
    this.connecting ??= this.connect();
  }

  /** Topics are there, and the producer has been started. */
  get ready(): boolean {
    return this.isReady;
  }

  /** Ends the connection too: nobody here uses it for longer. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.connecting;
    await this.producer.stop(0);
    // A connection that is still being opened ends by itself; nobody has to wait for that.
    await Promise.race([this.kafka.close(), delay(closeMs, undefined, { ref: false })]);
  }

  /**
   * Resolves when Kafka has acknowledged it. Calls made in order, without awaiting in between, are written
   * in order.
   */
  async publish(row: PendingRow, partitions: number): Promise<void> {
    const { topic, key, value } = row;
    // The directory is one partition; what concerns a tenant lies where its events are.
    const partition = topic === eventsTopic.name ? partitionFor(key, partitions) : 0;
    const { record, span } = traced(this.spans, { topic, partition, key, value }, row.traceparent);
    try {
      await this.producer.publish(record);
      span?.end();
    } catch (error) {
      span?.end({ error: (error as Error).message });
      throw error;
    }
  }

  /** How many partitions tenants are spread over: the topic's own number, whatever the settings say. */
  partitions(): Promise<number> {
    return this.kafka.partitionCount(eventsTopic.name);
  }

  private async connect(): Promise<void> {
    const { signal } = this.stopping;
    const { partitions, replicationFactor } = this.settings;
    while (!signal.aborted) {
      try {
        // A broker that does not answer must not hold up a stop for as long as topics may take.
        if (await this.kafka.ping(pingMs)) {
          await this.kafka.ensureTopics(topicSpecs(topics, partitions), replicationFactor);
          await this.producer.start();
          this.isReady = true;
          return;
        }
        this.logger.warn('Kafka does not answer yet');
      } catch (err) {
        this.logger.warn({ err }, 'topics cannot be made yet');
      }
      await delay(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
