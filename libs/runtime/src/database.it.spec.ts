import { testDatabase, waitFor, type TestDatabase } from '@posthorn/testing';
import { connect, createServer, type AddressInfo } from 'node:net';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Database, type DatabaseOptions } from './database.js';
import { isTransientDatabaseError } from './database-errors.js';
import { createLogger } from './logging.js';

class CreateThings1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL)');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE things');
  }
}

const logger = createLogger({ logLevel: 'silent' }, 'test');
let server: TestDatabase;
const started: Database[] = [];

async function start(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = new Database({
    url: server.url,
    schema: 'things',
    migrations: [CreateThings1700000000000],
    poolMax: 3,
    logger,
    startTimeoutMs: 10_000,
    ...options,
  });
  await database.start();
  started.push(database);
  return database;
}

async function asAdmin<T extends object>(sql: string, url = server.url): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  server = await testDatabase();
});

afterEach(async () => {
  for (const database of started.splice(0)) await database.stop();
  await server.drop();
});

describe('a database', () => {
  it('works in its own schema, under its own role, migrated', async () => {
    const database = await start();
    expect(
      await database.query('SELECT current_user::text AS role, current_schema()::text AS schema'),
    ).toEqual([{ role: 'posthorn_things', schema: 'things' }]);
    expect(await asAdmin(`SELECT schemaname, tableowner FROM pg_tables WHERE tablename = 'things'`)).toEqual([
      { schemaname: 'things', tableowner: 'posthorn_things' },
    ]);
    expect(database.dataSource.isInitialized).toBe(true);
    expect(database.up).toBe(true);
    expect(await database.ping()).toBe(true);
  });

  it('does not see the schema of another service', async () => {
    await start();
    const other = await start({ schema: 'others', migrations: [] });
    await expect(other.query('SELECT * FROM things.things')).rejects.toMatchObject({ code: '42501' });
  });

  it('is set up once when many instances start at once, and again when they restart', async () => {
    await Promise.all(Array.from({ length: 4 }, () => start()));
    await Promise.all(Array.from({ length: 2 }, (_, n) => start({ schema: `many_${n}` })));
    const again = await start();
    expect(await again.query('SELECT name FROM migrations')).toHaveLength(1);
  });

  it('serves a login user that may do nothing but use a schema made for it', async () => {
    const role = `limited_${server.name}`;
    await asAdmin(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    try {
      const url = new URL(server.url);
      url.username = role;
      url.password = 'x';
      await expect(start({ url: url.href, schema: 'limited' })).rejects.toThrow(
        /may neither create the schema limited and the role posthorn_limited nor use the schema/,
      );
      await asAdmin(`CREATE SCHEMA limited AUTHORIZATION ${role}`);
      const database = await start({ url: url.href, schema: 'limited' });
      expect(await database.query('SELECT current_user::text AS role')).toEqual([{ role }]);
      await database.query(`INSERT INTO things VALUES (1, 'a')`);
      await database.stop();
    } finally {
      await asAdmin(`DROP OWNED BY ${role} CASCADE`);
      await asAdmin(`DROP ROLE ${role}`);
    }
  });

  it('answers with rows, also of INSERT, UPDATE and DELETE', async () => {
    const database = await start();
    expect(await database.query(`INSERT INTO things VALUES (1, 'a') RETURNING id`)).toEqual([{ id: 1 }]);
    expect(await database.query(`UPDATE things SET name = 'b' RETURNING name`)).toEqual([{ name: 'b' }]);
    expect(await database.query(`DELETE FROM things RETURNING *`)).toEqual([{ id: 1, name: 'b' }]);
    expect(await database.query(`DELETE FROM things RETURNING *`)).toEqual([]);
  });

  it('commits all or nothing, and keeps its connections when a statement or the work fails', async () => {
    const database = await start({ poolMax: 2 });
    const insert = (fail: Error | undefined) =>
      database.transaction(async (tx) => {
        await tx.query(`INSERT INTO things VALUES (1, 'a')`);
        if (fail) throw fail;
        return tx.query<{ id: number }>('SELECT id FROM things');
      });
    const [before] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await expect(insert(new Error('no'))).rejects.toThrow('no');
    expect(await database.query('SELECT * FROM things')).toEqual([]);
    expect(await insert(undefined)).toEqual([{ id: 1 }]);
    await expect(insert(undefined)).rejects.toMatchObject({ code: '23505' });
    await expect(database.query('SELECT nonsense')).rejects.toMatchObject({ code: '42703' });
    expect(await database.query('SELECT pg_backend_pid() AS pid')).toEqual([before]);
  });

  it('copies rows in a transaction, and says what is wrong with them or with the connection', async () => {
    const database = await start({ poolMax: 1 });
    const copy = (rows: string) =>
      database.transaction((tx) => tx.copy('COPY things FROM STDIN', Buffer.from(rows)));
    await copy('1\ta\n2\tb\n');
    expect(await database.query('SELECT * FROM things ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
    ]);
    await expect(copy('3\tc\n1\tagain\n')).rejects.toMatchObject({ code: '23505' });
    await expect(copy('3\n')).rejects.toMatchObject({ code: '22P04' });
    const cut = database.transaction(async (tx) => {
      const [{ pid }] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await asAdmin(`SELECT pg_terminate_backend(${pid}, 5000)`);
      await tx.copy('COPY things FROM STDIN', Buffer.from('3\tc\n'));
    });
    expect(isTransientDatabaseError(await cut.catch((error: unknown) => error))).toBe(true);
    expect(await database.query('SELECT count(*)::int AS n FROM things')).toEqual([{ n: 2 }]);
  });

  it('gives up a copy that a lock keeps waiting for longer than it may', async () => {
    const database = await start();
    await database.transaction(async (other) => {
      await other.query('LOCK TABLE things');
      const copy = database.transaction((tx) => tx.copy('COPY things FROM STDIN', Buffer.from('9\tz\n')), {
        statementTimeoutMs: 50,
      });
      await expect(copy).rejects.toMatchObject({ code: '57014' });
    });
    expect(await database.query('SELECT * FROM things WHERE id = 9')).toEqual([]);
  });

  it('prepares the statements of a transaction that wants it once for each connection, and plans the others', async () => {
    const database = await start({ poolMax: 1 });
    const add = 'INSERT INTO things (id, name) VALUES ($1, $2)';
    const write = (id: number, prepared: boolean) =>
      database.transaction(
        async (tx) => {
          await tx.query('SET LOCAL work_mem = 8192');
          await tx.query(add, [id, 'x']);
        },
        { prepared },
      );
    const prepared = () =>
      database.query(
        'SELECT statement, (generic_plans + custom_plans)::int AS uses FROM pg_prepared_statements',
      );
    await write(1, false);
    expect(await prepared()).toEqual([]);
    await write(2, true);
    await expect(write(2, true)).rejects.toThrow('duplicate key');
    await write(3, true);
    expect(await prepared()).toEqual([{ statement: add, uses: 3 }]);
  });

  it('goes on with prepared statements when a table got a column meanwhile', async () => {
    const database = await start({ poolMax: 1 });
    const read = () =>
      database.transaction((tx) => tx.query('SELECT * FROM things WHERE id > $1', [0]), { prepared: true });
    expect(await read()).toEqual([]);
    await asAdmin('ALTER TABLE things.things ADD COLUMN size int');
    await expect(read()).rejects.toThrow('cached plan must not change result type');
    expect(await read()).toEqual([]);
  });

  it('does not take a commit for one when the work swallowed an error', async () => {
    const database = await start();
    const work = database.transaction(async (tx) => {
      await tx.query(`INSERT INTO things VALUES (1, 'a')`);
      await tx.query('SELECT nonsense').catch(() => undefined);
    });
    await expect(work).rejects.toThrow('the transaction had failed before its commit');
    expect(await database.query('SELECT * FROM things')).toEqual([]);
  });

  it('survives that the server cuts its connections, busy and idle ones', async () => {
    const database = await start();
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const busy = database.transaction(async (tx) => {
      await tx.query(`INSERT INTO things VALUES (1, 'a')`);
      await asAdmin(cut);
      // Nothing runs on the connection at this moment: its loss is an event that nobody may miss.
      await new Promise((resolve) => setTimeout(resolve, 50));
      await tx.query(`INSERT INTO things VALUES (2, 'a')`);
    });
    const error = await busy.catch((caught: unknown) => caught);
    expect(isTransientDatabaseError(error)).toBe(true);
    expect(database.up).toBe(false);
    expect(await database.query('SELECT * FROM things')).toEqual([]);
    expect(database.up).toBe(true);
    await asAdmin(cut);
    await waitFor(() => !database.up);
    expect(await database.ping()).toBe(true);
  });

  it('survives a goodbye in the packet that says the connection is ready', async () => {
    const readyForQuery = Buffer.from('5a0000000549', 'hex');
    let goodbyes = 0;
    const { hostname, port } = new URL(server.url);
    const proxy = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port || 5432) });
      client.pipe(upstream);
      upstream.on('data', (data) => {
        const last = goodbyes > 0 && data.subarray(-6).equals(readyForQuery);
        if (!last) return void client.write(data);
        goodbyes--;
        client.end(Buffer.concat([data, fatal('57P01', 'terminating connection')]));
      });
      for (const socket of [client, upstream])
        socket.on('error', () => undefined).on('close', () => void (client.destroy(), upstream.destroy()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = new URL(server.url);
    url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const database = await start({ url: url.href });
    goodbyes = 4;
    const results = await Promise.allSettled(Array.from({ length: 3 }, () => database.query('SELECT 1')));
    expect(results.some(({ status }) => status === 'rejected')).toBe(true);
    await waitFor(() => database.ping());
    expect(goodbyes).toBe(0);
    await database.stop();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('waits for a server that is not there, but not for ever', async () => {
    const url = server.url.replace(/:\d+\//, ':1/');
    const begun = performance.now();
    await expect(start({ url, startTimeoutMs: 700 })).rejects.toThrow(
      /^PostgreSQL cannot be reached: .*ECONNREFUSED/,
    );
    expect(performance.now() - begun).toBeGreaterThan(250);
  });

  it('says in one line that the database does not exist', async () => {
    const url = server.url.replace(/\/[^/]*$/, '/nowhere_to_be_found');
    await expect(start({ url })).rejects.toThrow(/^PostgreSQL refuses us \(DATABASE_URL\): .*does not exist/);
  });

  it('takes options of the URL along', async () => {
    const url = new URL(server.url);
    url.searchParams.set('options', '-c application_name=x -c work_mem=7MB');
    const database = await start({ url: url.href });
    expect(
      await database.query(`SELECT current_setting('work_mem') AS mem, current_schema()::text AS schema`),
    ).toEqual([{ mem: '7MB', schema: 'things' }]);
  });

  it('is up while all of its connections are busy, though who waits for one gives up', async () => {
    const database = await start({ poolMax: 1 });
    let letGo = (): void => undefined;
    const busy = database.transaction(() => new Promise<void>((resolve) => (letGo = resolve)));
    await expect(database.query('SELECT 1')).rejects.toThrow('timeout exceeded when trying to connect');
    expect(database.up).toBe(true);
    letGo();
    await busy;
    expect(await database.ping()).toBe(true);
  });

  it('cuts off a statement that takes too long', async () => {
    const database = await start({ statementTimeoutMs: 100 });
    await expect(database.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  });
});

/** An ErrorResponse as the server sends it before it closes. */
function fatal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
