import { Client, type ClientConfig } from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import type { Logger } from './logging.js';

/**
 * Another instance, of this database or of another one in the same cluster, made the role at the same
 * moment.
 */
const raced = new Set(['42710', '23505', 'XX000', '40001']);
const insufficientPrivilege = '42501';

/**
 * A client whose loss between two statements never ends the process: the next statement reports it. From
 * birth, because a server may say goodbye in the packet that says it is ready: a listener that whoever
 * acquires the client adds comes too late then.
 */
class PatientClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

export type MigrationClass = new () => MigrationInterface;
export type EntityClass = new () => object;

/** What TypeORM is given for a schema; `role` is taken on by every connection before it does anything. */
export function dataSourceOptions(options: {
  url: string;
  schema: string;
  role: string | undefined;
  poolMax: number;
  statementTimeoutMs: number;
  migrations: MigrationClass[];
  entities: EntityClass[];
  onPoolError: (error: Error) => void;
}): DataSourceOptions {
  const { schema, role, statementTimeoutMs } = options;
  const { url, startOptions } = splitOptions(options.url);
  const start = [
    startOptions,
    role ? `-c role=${role}` : '',
    `-c search_path=${schema}`,
    `-c statement_timeout=${statementTimeoutMs}`,
    // A transaction whose owner hangs must not hold its locks for ever.
    `-c idle_in_transaction_session_timeout=60000`,
  ];
  return {
    type: 'postgres',
    url,
    schema,
    entities: options.entities,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    synchronize: false,
    logging: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    applicationName: `posthorn ${schema}`,
    poolErrorHandler: options.onPoolError,
    extra: {
      Client: PatientClient,
      max: options.poolMax,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      // The server's own limit comes first; this one is for a server that does not answer any more.
      ...(statementTimeoutMs > 0 ? { query_timeout: statementTimeoutMs + 5_000 } : {}),
      options: start.filter((part) => part !== '').join(' '),
    },
  };
}

/** pg prefers `options` of the URL to those of the configuration, so they are taken out and put together. */
function splitOptions(text: string): { url: string; startOptions: string } {
  if (!URL.canParse(text)) return { url: text, startOptions: '' };
  const url = new URL(text);
  const startOptions = url.searchParams.get('options') ?? '';
  if (!startOptions) return { url: text, startOptions };
  url.searchParams.delete('options');
  return { url: url.href, startOptions };
}

/**
 * Makes the schema and its role where they are missing, then runs the migrations, one instance at a time
 * (advisory lock). Answers with the role that connections take on, or `undefined` when the login user has
 * to do without.
 */
export async function prepareSchema(options: {
  url: string;
  schema: string;
  migrations: MigrationClass[];
  logger: Logger;
}): Promise<string | undefined> {
  const { url, schema, logger } = options;
  const client = new PatientClient({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  await client.connect();
  try {
    // A waiter gives up after a while and is tried again by the caller, as long as a start may take.
    await client.query(`SET lock_timeout = '10s'`);
    await client.query(`SELECT pg_advisory_lock(hashtextextended($1, 0))`, [`posthorn.${schema}`]);
    const role = await provision(client, schema);
    await migrate({ ...options, role });
    logger.debug({ schema, role }, 'schema is up to date');
    return role;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function provision(client: Client, schema: string): Promise<string | undefined> {
  const role = `posthorn_${schema}`;
  for (let attempt = 1; ; attempt++) {
    try {
      if (await isReady(client, schema, role)) return role;
      await create(client, schema, role);
      return role;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (raced.has(code) && attempt < 20) {
        await new Promise((resolve) => setTimeout(resolve, 25 * attempt));
        continue;
      }
      if (code === insufficientPrivilege) return withoutRole(client, schema, role, error);
      throw error;
    }
  }
}

async function isReady(client: Client, schema: string, role: string): Promise<boolean> {
  const { rows } = await client.query<{ ready: boolean }>(
    `SELECT has_schema_privilege(r.oid, n.oid, 'CREATE') AND has_schema_privilege(r.oid, n.oid, 'USAGE') AS ready
       FROM pg_roles r, pg_namespace n WHERE r.rolname = $1 AND n.nspname = $2`,
    [role, schema],
  );
  return rows[0]?.ready === true && (await mayBecome(client, role));
}

async function mayBecome(client: Client, role: string): Promise<boolean> {
  try {
    await client.query(`SET ROLE ${role}`);
    await client.query('RESET ROLE');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === insufficientPrivilege) return false;
    throw error;
  }
}

/** One transaction: a role without its schema, or a schema nobody may use, never stays behind. */
async function create(client: Client, schema: string, role: string): Promise<void> {
  await client.query('BEGIN');
  try {
    const { rows } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (rows.length === 0) await client.query(`CREATE ROLE ${role} NOLOGIN`);
    await client.query(`GRANT ${role} TO CURRENT_USER`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role}`);
    await client.query(`GRANT USAGE, CREATE ON SCHEMA ${schema} TO ${role}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Where an administrator made the schema and the login user may not make roles. */
async function withoutRole(client: Client, schema: string, role: string, cause: unknown): Promise<undefined> {
  const { rows } = await client.query<{ usable: boolean }>(
    `SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') AS usable
       FROM pg_namespace WHERE nspname = $1`,
    [schema],
  );
  if (rows[0]?.usable) return undefined;
  throw new Error(
    `the database user may neither create the schema ${schema} and the role ${role} nor use the schema: ` +
      `let an administrator run CREATE SCHEMA ${schema} AUTHORIZATION <user>`,
    { cause },
  );
}

async function migrate({
  url,
  schema,
  role,
  migrations,
  logger,
}: {
  url: string;
  schema: string;
  role: string | undefined;
  migrations: MigrationClass[];
  logger: Logger;
}): Promise<void> {
  // Own connections without a time limit: building an index may take as long as it needs.
  const source = new DataSource(
    dataSourceOptions({
      url,
      schema,
      role,
      poolMax: 2,
      statementTimeoutMs: 0,
      migrations,
      entities: [],
      onPoolError: (err) => logger.warn({ err }, 'connection lost while migrating'),
    }),
  );
  await source.initialize();
  try {
    const done = await source.runMigrations({ transaction: 'each' });
    for (const { name } of done) logger.info({ schema, migration: name }, 'migration applied');
  } finally {
    await source.destroy();
  }
}
