import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { commonMetrics, Database, LOGGER, type Logger, Metrics } from '@posthorn/runtime';
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
/** A relay whose Kafka does not answer for so long lets another instance try. */
const yieldMs = 8_000;

/** A round on its way to Kafka; `done` answers whether Kafka took it, and never rejects. */
type Round = { seqs: string[]; done: Promise<boolean> };

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
 * Repeats. A crash between the acknowledgement and the delete sends the same rows again, and so may a relay
 * that lost its connection while Kafka was slow. Records carry their aggregate's version, and readers
 * ignore versions they have.
 */
@Injectable()
export class OutboxRelayService {
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private session: RelaySession | undefined;
  /** Outlives the session it was begun in: what is with the producer must not be given to it twice. */
  private round: Round | undefined;

  constructor(
    @Inject(Database) private readonly db: Database,
    @Inject(RecordProducer) private readonly producer: RecordProducer,
    @Inject(Acknowledgements) private readonly acknowledgements: Acknowledgements,
    @Inject(OutboxBell) private readonly bell: OutboxBell,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.observe(commonMetrics.outboxAge, async (observe) => {
      if (db.up) observe(await oldestWaitS(db), { 'posthorn.outbox': 'subscription-api' });
    });
  }

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
        if (!this.stopped) this.logger.warn({ err }, 'the outbox relay lost its database connection');
      } finally {
        this.session?.close();
        this.session = undefined;
      }
      await this.pause(reopenMs);
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
      if (this.round) await this.finish(this.round, session);
      else if (await this.mayRelay(session)) await this.begin(session);
    }
  }

  /** Whoever cannot reach Kafka does not compete: somebody else may be able to. */
  private async mayRelay(session: RelaySession): Promise<boolean> {
    if (session.leading) return true;
    if (this.producer.ready && (await session.tryLead())) {
      this.logger.info('relaying the outbox');
      return true;
    }
    await this.bell.wait(pollMs);
    return false;
  }

  private async begin(session: RelaySession): Promise<void> {
    const rows = await session.pending(batchMax);
    if (rows.length === 0) return this.bell.wait(pollMs);
    const seqs = rows.map((row) => row.global_seq);
    this.round = { seqs, done: this.produce(rows) };
  }

  /** Kafka's word is worth the same whoever relays by now: what it has leaves the outbox. */
  private async finish(round: Round, session: RelaySession): Promise<void> {
    const taken = await this.within(session.leading ? yieldMs : pollMs, round.done);
    if (taken === undefined) {
      if (!session.leading || this.stopped) return;
      this.logger.warn({ rows: round.seqs.length }, 'Kafka does not answer; another instance may relay');
      return session.yieldLead();
    }
    if (taken) await session.settle(round.seqs);
    this.round = undefined;
  }

  /**
   * All of them, or the round is not settled: what Kafka has taken of a failed one is sent again with the
   * rest, in order.
   */
  private async produce(rows: readonly PendingRow[]): Promise<boolean> {
    try {
      const partitions = await this.producer.partitions();
      await Promise.all(rows.map((row) => this.producer.publish(row, partitions)));
    } catch (err) {
      if (!this.stopped) this.logger.warn({ err, rows: rows.length }, 'Kafka did not take the outbox yet');
      await this.pause(reopenMs);
      return false;
    }
    // All that the writers of this process wait for.
    this.acknowledgements.settle(rows.map((row) => row.global_seq));
    return true;
  }

  /** Undefined when it takes longer, or when the service stops. */
  private async within<T>(timeoutMs: number, work: Promise<T>): Promise<T | undefined> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.stopping.signal]);
    const late = delay(timeoutMs, undefined, { signal }).catch(() => undefined);
    return Promise.race([work, late]).finally(() => over.abort());
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** Every instance answers the same: the table is one. */
async function oldestWaitS(db: Database): Promise<number> {
  const [oldest] = await db.query<{ age: string }>(
    `SELECT extract(epoch FROM now() - at) AS age FROM outbox JOIN aggregate_events USING (global_seq)
      ORDER BY global_seq LIMIT 1`,
  );
  return Math.max(0, Number(oldest?.age ?? 0));
}
