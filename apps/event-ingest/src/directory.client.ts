import { Inject, Injectable } from '@nestjs/common';
import { decodeDirectory, directoryTopic } from '@posthorn/contracts';
import { DirectoryState, type KeyHolder, type Tenant } from '@posthorn/domain';
import { type Following, type InRecord, KafkaConnection, LogReader } from '@posthorn/messaging';
import { HealthRegistry, LOGGER, type Logger } from '@posthorn/runtime';
import type { Draft, Fault } from './draft.js';
import { EndWatch } from './end-watch.js';
import { EventIngestSettings } from './event-ingest.config.js';
import { PayloadChecks } from './payload-checks.js';

/** `directory` is one partition: a tenant and its keys come in the order they were written. */
const partition = 0;

/**
 * Keys and tenants, as `directory` tells them, read from its beginning at every start. Not believed before
 * its end was reached once, nor when it could not be read for a while: a key that was revoked meanwhile never
 * works.
 */
@Injectable()
export class DirectoryClient {
  private readonly state = new DirectoryState();
  private readonly reader: LogReader;
  private readonly end: EndWatch;
  private readonly payloads: PayloadChecks;
  private following: Following | undefined;
  private position = 0;
  private caughtUp = false;

  constructor(
    kafka: KafkaConnection,
    private readonly settings: EventIngestSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    health: HealthRegistry,
  ) {
    this.payloads = new PayloadChecks(logger);
    const { name } = directoryTopic;
    this.reader = new LogReader(kafka, { groupId: 'event-ingest-directory', topics: [name] });
    this.end = new EndWatch({
      askEnd: async () => (await kafka.endOffsets(name)).get(partition)?.high ?? 0,
      position: () => this.position,
      completeAsOfMs: () => this.following?.lastFetchMs ?? -Infinity,
    });
    health.ready('event-ingest.directory', () => this.usable || 'keys and tenants are not known, or too old');
  }

  /** Does not wait for Kafka. */
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
    const ageMs = performance.now() - (this.following?.lastFetchMs ?? -Infinity);
    return this.caughtUp && ageMs <= this.settings.directoryStaleMs;
  }

  tenant(id: string): Tenant | undefined {
    return this.state.tenant(id);
  }

  /** What is wrong with an event's data, where its type says what it has to look like; undefined: nothing. */
  payloadFaults(draft: Draft): Fault[] | undefined {
    const rule = this.state.eventType(draft.tenantId, draft.type);
    return rule && this.payloads.faultsOf(rule, draft.data);
  }

  authenticate(key: string): KeyHolder | undefined {
    return this.state.authenticate(key, Date.now());
  }

  /** True when everything written before this call is known here; false when that cannot be said in time. */
  readToEnd(): Promise<boolean> {
    return this.end.readToEnd();
  }

  /** Everything written before this moment is known here; performance.now(). */
  get readAsOfMs(): number {
    return this.end.readAsOfMs;
  }

  /** A record nobody can read must not keep the others out: it is said, loudly, and passed over. */
  private apply(records: readonly InRecord[]): void {
    for (const { offset, value } of records) {
      this.position = offset + 1;
      if (value === null) continue;
      try {
        this.state.apply(decodeDirectory(value));
      } catch (error) {
        this.logger.error(
          { err: error, topic: directoryTopic.name, offset },
          'directory record is not understood',
        );
      }
    }
  }
}
