import { Inject, Injectable } from '@nestjs/common';
import { decodeDirectory, directoryTopic } from '@posthorn/contracts';
import { DirectoryState, type KeyHolder, type Tenant } from '@posthorn/domain';
import { type Following, type InRecord, KafkaConnection, type LogReader } from '@posthorn/messaging';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { LOG_READER } from './log-reader.js';

/** `directory` is one partition: a tenant and its keys come in the order they were written. */
const partition = 0;

const readToEndMs = 1_000;
/** Asking Kafka more often would turn a flood of bad keys into a flood of requests to it. */
const askEveryMs = 200;
const lookMs = 5;

/**
 * Keys and tenants as `directory` tells them, read from its beginning at every start. Not believed before
 * its end was reached once, nor when it could not be read for a while: a key that was revoked meanwhile
 * never works.
 */
@Injectable()
export class DirectoryClient {
  private readonly state = new DirectoryState();
  private following: Following | undefined;
  private caughtUp = false;
  private position = 0;
  private asking: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(LOG_READER) private readonly reader: LogReader,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Starts the reader, too. Does not wait for Kafka. */
  async start(): Promise<void> {
    await this.reader.start();
    this.following = this.reader.follow(
      directoryTopic.name,
      partition,
      'earliest',
      (records) => this.apply(records),
      () => (this.caughtUp = true),
    );
  }

  async stop(): Promise<void> {
    this.following?.stop();
    await this.reader.stop();
  }

  get usable(): boolean {
    return this.caughtUp && performance.now() - this.readAsOfMs <= this.settings.directoryStaleMs;
  }

  tenant(id: string): Tenant | undefined {
    return this.state.tenant(id);
  }

  get sessionPublicKey(): string | undefined {
    return this.state.sessionPublicKey;
  }

  sessionHolds(session: { subject: string; generation: number }): boolean {
    return this.state.sessionHolds(session);
  }

  authenticate(key: string): KeyHolder | undefined {
    return this.state.authenticate(key, Date.now());
  }

  /**
   * Resolves when everything written before this call is known here, or after a second. Callers who wait
   * share the next question; one that was asked before they came proves nothing to them.
   */
  async readToEnd(): Promise<void> {
    this.next ??= this.asking.then(() => {
      this.next = undefined;
      const answered = this.ask();
      this.asking = answered.then(() => new Promise((resolve) => setTimeout(resolve, askEveryMs).unref()));
      return answered;
    });
    await this.next;
  }

  private get readAsOfMs(): number {
    return this.following?.lastFetchMs ?? -Infinity;
  }

  private async ask(): Promise<void> {
    const askedMs = performance.now();
    const from = this.position;
    let end = Infinity;
    this.kafka.endOffsets(directoryTopic.name).then(
      (ends) => {
        const high = ends.get(partition)?.high ?? Infinity;
        // Before what was read: a log that lost its tail. The follower tells when it has read it again.
        if (high >= from) end = high;
      },
      () => undefined,
    );
    while (performance.now() < askedMs + readToEndMs) {
      // The end may be a marker, which is no record: then the follower's own question settles it.
      if (this.position >= end || this.readAsOfMs >= askedMs) return;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  /** A record nobody can read must not keep the others out: it is said, loudly, and passed over. */
  private apply(records: readonly InRecord[]): void {
    for (const { offset, value } of records) {
      this.position = offset + 1;
      if (value === null) continue;
      try {
        this.state.apply(decodeDirectory(value));
      } catch (err) {
        this.logger.error({ err, topic: directoryTopic.name, offset }, 'directory record is not understood');
      }
    }
  }
}
