import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { ReadyEvent } from '../event.js';
import type { Outcome } from '../outcome.js';
import type { OutboxRow } from './outbox.entity.js';
import { eventOf } from './outbox.js';

/** A KafkaPublisher or an HttpPublisher; the relay's own, or shared with others. */
export type OutboxPublisher = {
  readonly timeoutMs: number;
  deliver(events: readonly ReadyEvent[]): Promise<Outcome[]>;
};

export type OutboxRelayOptions = {
  /** How soon an event is found that nobody called `wake` for. Default 250 ms. */
  pollMs?: number;
  /** After a failure. Default 1 s. */
  retryMs?: number;
  /** Of one round. Default 500. */
  batchEvents?: number;
  /** Of one round; a single larger event goes alone. Default 4 MiB. */
  batchBytes?: number;
  /** A process that stops in the middle of a round loses it. Default: 10 s beyond the publisher’s time. */
  frozenAfterMs?: number;
  /** Kafka, Posthorn or the database is away; it is tried again. Default: a process warning. */
  onError?: (error: unknown) => void;
  /** Posthorn will never take it: it stays in the table, with the reason, and holds up nothing. */
  onRefused?: (event: ReadyEvent, reason: string) => void;
};

type Round = 'standby' | 'idle' | 'busy' | 'failed';

const frozenMarginMs = 10_000;
/** PostgreSQL's own limit. */
const frozenMaxMs = 2_147_483_647;

/**
 * Hands outbox rows to a publisher, one instance at a time; start one in every process.
 *
 * A round is one transaction: a lock that ends with it, the oldest rows, the publisher's word, and only then
 * the rows are deleted. A process that dies in between has deleted nothing, so the same events are sent
 * again, under the same ids and before everything that follows them. It works through connection poolers in
 * transaction mode, because nothing outlives the transaction; a process that freezes in the middle loses it
 * to `idle_in_transaction_session_timeout`, and another goes on.
 */
export class OutboxRelay {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private rung = false;
  private ring: () => void = () => undefined;
  private isLeading = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: OutboxPublisher,
    private readonly options: OutboxRelayOptions = {},
  ) {}

  /** Whether the last round was this instance's. */
  get leading(): boolean {
    return this.isLeading;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** After a commit: the relay looks at once. Worth it where milliseconds matter; else it polls. */
  wake(): void {
    this.rung = true;
    this.ring();
  }

  /** Begins no more rounds, and resolves when the one that runs is over. Rows that are left stay. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { pollMs = 250, retryMs = 1_000 } = this.options;
    while (!this.stopping.signal.aborted) {
      const round = await this.round().catch((error: unknown): Round => {
        this.report(error);
        return 'failed';
      });
      this.isLeading = round === 'idle' || round === 'busy';
      if (round === 'failed') await this.pause(retryMs);
      else if (round !== 'busy') await this.rest(pollMs);
    }
  }

  private round(): Promise<Round> {
    // READ COMMITTED, whatever the default is: rows are read after the lock, as they are then.
    return this.dataSource.transaction('READ COMMITTED', async (manager) => {
      if (!(await this.lead(manager))) return 'standby';
      const rows = await this.pending(manager);
      if (rows.length === 0) return 'idle';
      const outcomes = await this.publisher.deliver(rows.map(eventOf));
      await this.settle(manager, rows, outcomes);
      const failed = outcomes.find(({ status }) => status === 'unknown' || status === 'not-sent');
      if (!failed) return 'busy';
      this.report('cause' in failed ? failed.cause : undefined);
      return 'failed';
    });
  }

  private async lead(manager: EntityManager): Promise<boolean> {
    const { frozenAfterMs = this.publisher.timeoutMs + frozenMarginMs } = this.options;
    const limitMs = Math.max(1, Math.min(Math.ceil(frozenAfterMs), frozenMaxMs));
    await manager.query(`SET LOCAL idle_in_transaction_session_timeout = ${limitMs}`);
    const [{ locked }] = await manager.query<{ locked: boolean }[]>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended('posthorn_outbox relay ' || current_schema(), 0)) AS locked",
    );
    return locked;
  }

  private pending(manager: EntityManager): Promise<OutboxRow[]> {
    const { batchEvents = 500, batchBytes = 4 * 1024 * 1024 } = this.options;
    return manager.query(
      `SELECT * FROM (
         SELECT *, sum(octet_length(coalesce(data, ''))) OVER (ORDER BY seq) AS bytes, row_number() OVER (ORDER BY seq) AS n
           FROM (SELECT * FROM posthorn_outbox WHERE refused_at IS NULL ORDER BY seq LIMIT $1) AS oldest
       ) AS counted
       WHERE bytes <= $2 OR n = 1
       ORDER BY seq`,
      [batchEvents, batchBytes],
    );
  }

  private async settle(
    manager: EntityManager,
    rows: readonly OutboxRow[],
    outcomes: readonly Outcome[],
  ): Promise<void> {
    const accepted = rows.filter((_, i) => outcomes[i].status === 'accepted').map(({ seq }) => seq);
    await manager.query('DELETE FROM posthorn_outbox WHERE seq = ANY($1::bigint[])', [accepted]);
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status !== 'refused') continue;
      const reason = outcome.faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; ');
      const text = reason.slice(0, 1_000);
      await manager.query(
        'UPDATE posthorn_outbox SET refused_at = now(), refusal = $2 WHERE seq = $1::bigint',
        [rows[i].seq, text],
      );
      this.options.onRefused?.(eventOf(rows[i]), text);
    }
  }

  private report(error: unknown): void {
    const { onError } = this.options;
    if (onError) onError(error);
    else process.emitWarning(`the outbox relay: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Until somebody wakes it, at the latest after `ms`. A call that came meanwhile is not lost. */
  private async rest(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        this.ring = resolve;
        timer = setTimeout(resolve, ms);
      });
    }
    clearTimeout(timer);
    this.rung = false;
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
