import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { Acknowledgements } from './acknowledgements.js';
import { OutboxBell } from './outbox-bell.js';
import { RecordProducer } from './record-producer.client.js';
import { RelaySession, type PendingRow } from './relay-session.js';

/**
 * Rows of one round. Each is below 512 KiB, nearly all below 2 KiB: far from what the producer's queue
 * holds.
 */
const batchMax = 100;
/** Only for what nobody rang for: a lost notification, or a relay that died. */
const pollMs = 1_000;
const reopenMs = 500;

/**
 * Hands outbox rows to Kafka, one instance at a time. The others stand by and take over within a second.
 *
 * Order. What must be in order is a tenant's records. Its writes are serialised by a lock that is taken
 * before a sequence number is drawn and kept until the commit, so a tenant's numbers are in commit order,
 * and a row that can be seen has no unseen predecessor of its tenant. Between tenants, numbers are not
 * commit order: a transaction may draw 10 and commit after 11. A stored position would step over it. So
 * there is none: a row is pending for as long as it is in the table, and leaves it after Kafka has
 * acknowledged it. A late 10 is found in the next round, and nobody waits for a slow transaction of
 * somebody else.
 *
 * Repeats. A crash between the acknowledgement and the delete sends the same rows again, and so does a
 * relay that lost its connection while Kafka was slow. Records carry their aggregate's version, and readers
 * ignore versions they have.
 */
@Injectable()
export class OutboxRelayService {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private session: RelaySession | undefined;

  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(Acknowledgements) private readonly acknowledgements: Acknowledgements,
    @Inject(OutboxBell) private readonly bell: OutboxBell,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Begins to look for Kafka, and returns at once. */
  connect(): void {
    this.producer.start();
  }

  /** The database has to be started. */
  start(): void {
    this.running ??= this.run();
  }

  get leading(): boolean {
    return this.session?.leading ?? false;
  }

  /** Writes that are committed stay in the outbox; whoever relays next hands them on. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.bell.ring();
    await this.running;
    await this.producer.stop();
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.serve();
      } catch (err) {
        if (!this.stopped) this.logger.warn({ err }, 'outbox relay lost its connection');
      } finally {
        this.session?.close();
        this.session = undefined;
      }
      if (!this.stopped)
        await delay(reopenMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async serve(): Promise<void> {
    const session = await RelaySession.open(this.db, {
      onAppended: () => this.bell.ring(),
      onRelayed: (seqs) => this.acknowledgements.settle(seqs),
      onLost: () => this.bell.ring(),
    });
    this.session = session;
    while (!this.stopped && session.alive) {
      if (!session.leading) {
        if (!(await session.tryLead())) {
          await this.bell.wait(pollMs);
          continue;
        }
        this.logger.info('relaying the outbox');
      }
      if (!(await this.relayBatch(session))) await this.bell.wait(pollMs);
    }
  }

  /** Whether there may be more. */
  private async relayBatch(session: RelaySession): Promise<boolean> {
    const rows = await session.pending(batchMax);
    if (rows.length === 0) return false;
    if (!(await this.produce(rows))) return false;
    const seqs = rows.map((row) => row.global_seq);
    // Kafka has them, which is all that the writers of this process wait for.
    this.acknowledgements.settle(seqs);
    await session.settle(seqs);
    return rows.length === batchMax;
  }

  /**
   * All of them, or none is settled: what Kafka has taken of a failed round is sent again with the rest, in
   * order.
   */
  private async produce(rows: readonly PendingRow[]): Promise<boolean> {
    const { signal } = this.stopping;
    try {
      const partitions = await abortable(this.producer.partitions(), signal);
      await abortable(Promise.all(rows.map((row) => this.producer.publish(row, partitions))), signal);
      return true;
    } catch (err) {
      if (signal.aborted) return false;
      this.logger.warn({ err, rows: rows.length }, 'Kafka did not take the outbox yet');
      await delay(reopenMs, undefined, { signal }).catch(() => undefined);
      return false;
    }
  }
}

/** What Kafka does with it after that is settled by the next relay. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('stopped'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
