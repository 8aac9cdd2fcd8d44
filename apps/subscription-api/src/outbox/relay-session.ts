import type { Database } from '@posthorn/runtime';
import type { Notification, Pool, PoolClient } from 'pg';
import { channels } from './outbox-bell.js';

export type PendingRow = {
  global_seq: string;
  topic: string;
  key: string;
  value: Buffer;
  traceparent: string | null;
};

type Handlers = { onAppended(): void; onRelayed(seqs: string[]): void; onLost(): void };

const leaderLock = `hashtextextended('subscription-api/outbox-relay', 0)`;

/**
 * One connection of the pool, kept for as long as it lives: it listens, and it holds the session-level lock
 * that makes this instance the relay. Reading the outbox and settling rows happen on the same connection,
 * so an instance that has lost the lock (because it has lost the connection) can do neither. A pooler in
 * transaction mode cannot carry it.
 */
export class RelaySession {
  private isLeading = false;
  private isAlive = true;

  private constructor(private readonly client: PoolClient) {}

  static async open(db: Database, handlers: Handlers): Promise<RelaySession> {
    const pool = (db.dataSource.driver as unknown as { master: Pool }).master;
    const client = await pool.connect();
    const session = new RelaySession(client);
    const lost = (): void => {
      session.isAlive = false;
      handlers.onLost();
    };
    client.on('error', lost).on('end', lost);
    client.on('notification', ({ channel, payload = '' }: Notification) => {
      if (channel === channels.appended) handlers.onAppended();
      else if (channel === channels.relayed) handlers.onRelayed(payload.split(','));
    });
    try {
      await client.query(`LISTEN ${channels.appended}`);
      await client.query(`LISTEN ${channels.relayed}`);
    } catch (error) {
      session.close();
      throw error;
    }
    return session;
  }

  get alive(): boolean {
    return this.isAlive;
  }

  get leading(): boolean {
    return this.isLeading && this.isAlive;
  }

  async tryLead(): Promise<boolean> {
    const { rows } = await this.client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(${leaderLock}) AS locked`,
    );
    this.isLeading = rows[0]?.locked === true;
    return this.isLeading;
  }

  async yieldLead(): Promise<void> {
    this.isLeading = false;
    await this.client.query(`SELECT pg_advisory_unlock(${leaderLock})`);
  }

  async pending(limit: number): Promise<PendingRow[]> {
    const { rows } = await this.client.query<PendingRow>(
      'SELECT global_seq, topic, key, value, traceparent FROM outbox ORDER BY global_seq LIMIT $1',
      [limit],
    );
    return rows;
  }

  /** Kafka has them: the rows go, and the other instances hear of it. */
  async settle(seqs: readonly string[]): Promise<void> {
    await this.client.query(
      `WITH settled AS (DELETE FROM outbox WHERE global_seq = ANY($1::bigint[]))
       SELECT pg_notify($2, $3)`,
      [seqs, channels.relayed, seqs.join(',')],
    );
  }

  /** Ends the connection, and the lock with it: a listening connection must not go back to the pool. */
  close(): void {
    this.isAlive = false;
    this.client.release(true);
  }
}
