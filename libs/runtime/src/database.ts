import type { Pool, PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { copyIn } from './copy-in.js';
import { breaksConnection, isConnectionLoss, isTransientDatabaseError } from './database-errors.js';
import { dataSourceOptions, prepareSchema, type EntityClass, type MigrationClass } from './database-setup.js';
import type { Logger } from './logging.js';
import { StartError } from './start-error.js';
import type { Metrics } from './telemetry/metrics.js';
import { observeDatabase } from './telemetry/observers.js';

export type DatabaseOptions = {
  url: string;
  /** Of this service alone; its role is `posthorn_<schema>`. */
  schema: string;
  migrations: MigrationClass[];
  entities?: EntityClass[];
  poolMax: number;
  logger: Logger;
  /** How long start() waits for the server. */
  startTimeoutMs?: number;
  statementTimeoutMs?: number;
  metrics?: Metrics;
};

/** Statements on one connection, inside one transaction. */
export type Transaction = { query<T>(sql: string, params?: unknown[]): Promise<T[]> };

/** One that can also take thousands of rows at once. */
export type BulkTransaction = Transaction & {
  /** `COPY … FROM STDIN` with these rows, in the format that the statement names. */
  copy(sql: string, rows: Buffer): Promise<void>;
};

export type TransactionLimits = {
  /** Where a statement may take longer, or has to be quicker, than all others. */
  statementTimeoutMs?: number;
  /**
   * Statements with parameters are prepared once for each connection: for work that asks the same few
   * thousands of times. PostgreSQL plans them for the parameters of the first calls and may keep that plan.
   */
  prepared?: boolean;
};

/** A server process keeps what it has prepared for as long as its connection lasts. */
const preparedMax = 200;

/**
 * A service's own schema in PostgreSQL: made, migrated and used under a role that sees nothing else.
 * Statements go straight to the pool (TypeORM would answer UPDATE … RETURNING in another shape than
 * SELECT); repositories and migrations use `dataSource`, which shares it. Survives a server that goes
 * away and comes back: statements fail meanwhile with errors that isTransientDatabaseError knows.
 */
export class Database {
  private source: DataSource | undefined;
  private isUp = false;
  private stopped = false;
  /** Names of prepared statements, by their text. */
  private readonly names = new Map<string, string>();
  private readonly measure: ReturnType<typeof observeDatabase> | undefined;

  constructor(private readonly options: DatabaseOptions) {
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(options.schema))
      throw new Error(`${options.schema} is not a schema name`);
    const { metrics, schema, poolMax: max } = options;
    const pool = (): Pool | undefined => (this.source?.isInitialized ? this.pool : undefined);
    this.measure = metrics && observeDatabase(metrics, schema, { max, up: () => this.isUp, pool });
  }

  /** Waits for the server, makes schema and role, migrates, connects. */
  async start(): Promise<void> {
    const { logger, schema, startTimeoutMs = 60_000 } = this.options;
    const deadline = performance.now() + startTimeoutMs;
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2_000)) {
      try {
        await this.open();
        return;
      } catch (error) {
        if (this.stopped) throw error;
        if (!isTransientDatabaseError(error)) throw refusal(error);
        if (performance.now() + waitMs > deadline)
          throw new StartError(`PostgreSQL cannot be reached: ${messageOf(error)}`, { cause: error });
        logger.warn({ err: error, schema, waitMs }, 'PostgreSQL is not reachable yet');
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  private async open(): Promise<void> {
    const {
      url,
      schema,
      migrations,
      entities = [],
      poolMax,
      logger,
      statementTimeoutMs = 30_000,
    } = this.options;
    const role = await prepareSchema({ url, schema, migrations, logger });
    const onPoolError = (err: Error): void => {
      this.isUp = false;
      logger.warn({ err, schema }, 'PostgreSQL closed a connection');
    };
    const source = new DataSource(
      dataSourceOptions({
        url,
        schema,
        role,
        poolMax,
        statementTimeoutMs,
        migrations,
        entities,
        onPoolError,
      }),
    );
    await source.initialize();
    this.source = source;
    const [{ current }] = await this.query<{ current: string | null }>('SELECT current_schema() AS current');
    // A pooler in between may drop start options; working in somebody else's schema would be worse than
    // not starting.
    if (current !== schema) {
      await this.stop();
      throw new Error(
        `the connection works in schema ${current ?? 'none'}, not in ${schema}: a pooler that drops options?`,
      );
    }
  }

  /** Who measures what is done here. */
  get metrics(): Metrics | undefined {
    return this.options.metrics;
  }

  get dataSource(): DataSource {
    if (!this.source) throw new Error('the database is not started');
    return this.source;
  }

  /** What the last statement or lost connection said; ping() asks. */
  get up(): boolean {
    return this.isUp;
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  /** Rows, also those of INSERT, UPDATE and DELETE … RETURNING. bigint comes as string. */
  async query<T>(sql: string, params?: unknown[]): Promise<T[]> {
    const beganMs = performance.now();
    let failed = true;
    try {
      const rows = await this.queryOnce<T>(sql, params);
      failed = false;
      return rows;
    } finally {
      this.measure?.('query', beganMs, failed);
    }
  }

  private async queryOnce<T>(sql: string, params?: unknown[]): Promise<T[]> {
    const client = await this.acquire();
    let reusable = false;
    try {
      const { rows } = await client.query(sql, params);
      reusable = true;
      return rows as T[];
    } catch (error) {
      reusable = !breaksConnection(error);
      this.noteFailure(error);
      throw error;
    } finally {
      this.giveBack(client, reusable);
    }
  }

  /**
   * Commits when `work` resolves, rolls back when it rejects. When the answer to the commit is lost it
   * rejects, though the changes may be there: whoever repeats has to check first.
   */
  async transaction<T>(
    work: (tx: BulkTransaction) => Promise<T>,
    limits: TransactionLimits = {},
  ): Promise<T> {
    const beganMs = performance.now();
    let failed = true;
    try {
      const result = await this.transactionOnce(work, limits);
      failed = false;
      return result;
    } finally {
      this.measure?.('transaction', beganMs, failed);
    }
  }

  private async transactionOnce<T>(
    work: (tx: BulkTransaction) => Promise<T>,
    { statementTimeoutMs, prepared = false }: TransactionLimits,
  ): Promise<T> {
    const client = await this.acquire();
    let reusable = false;
    try {
      await client.query('BEGIN');
      if (statementTimeoutMs !== undefined)
        await client.query(`SET LOCAL statement_timeout = ${Math.ceil(statementTimeoutMs)}`);
      // As for every other statement, the server's own limit comes first.
      const limit = statementTimeoutMs === undefined ? {} : { query_timeout: statementTimeoutMs + 5_000 };
      const result = await work({
        query: async <U>(text: string, values?: unknown[]) => {
          const name = prepared && values ? this.nameOf(text) : undefined;
          const query = { text, ...(values ? { values } : {}), ...(name ? { name } : {}), ...limit };
          return (await client.query(query)).rows as U[];
        },
        copy: (sql, rows) => copyIn(client, sql, rows, limit),
      });
      const { command } = await client.query('COMMIT');
      // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error: `work`
      // swallowed one.
      if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit');
      reusable = true;
      return result;
    } catch (error) {
      this.noteFailure(error);
      // An error of `work` itself says nothing about the connection; a rollback that succeeds does.
      if (!isConnectionLoss(error) && !isOfPrepared(error))
        reusable = await client.query('ROLLBACK').then(
          () => true,
          () => false,
        );
      throw error;
    } finally {
      this.giveBack(client, reusable);
    }
  }

  /** Undefined where there are too many already. */
  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= preparedMax) return known;
    const name = `ph${this.names.size}`;
    this.names.set(text, name);
    return name;
  }

  private async acquire(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      // Who waits in vain for connections that others have knows nothing of the server.
      if (!this.isExhausted) this.noteFailure(error);
      throw error;
    }
  }

  private get isExhausted(): boolean {
    const { totalCount, idleCount } = this.pool;
    return totalCount >= this.options.poolMax && idleCount === 0;
  }

  private giveBack(client: PoolClient, reusable: boolean): void {
    if (reusable) this.isUp = true;
    client.release(!reusable);
  }

  private noteFailure(error: unknown): void {
    if (isConnectionLoss(error)) this.isUp = false;
  }

  async ping(): Promise<boolean> {
    if (!this.source || this.stopped) return false;
    try {
      await this.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.isUp = false;
    if (this.source?.isInitialized) await this.source.destroy();
  }
}

/** What a connection has prepared fits the tables no more, or is gone: a new one prepares it anew. */
function isOfPrepared(error: unknown): boolean {
  return /^(0A000|26000)$/.test((error as { code?: string }).code ?? '');
}

/** What an operator has to change; anything else is ours to look into. */
function refusal(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  // Wrong user or password, no such database.
  if (typeof code === 'string' && /^(28...|3D000)$/.test(code))
    return new StartError(`PostgreSQL refuses us (DATABASE_URL): ${messageOf(error)}`, { cause: error });
  return error;
}

/** Node says nothing but the code when it tried several addresses of a name. */
function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
