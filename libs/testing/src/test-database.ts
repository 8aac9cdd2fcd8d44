import { randomBytes } from 'node:crypto';
import pg from 'pg';

export type TestDatabase = {
  name: string;
  url: string;
  drop(): Promise<void>;
};

/** A fresh, empty database with a random name on the server that DATABASE_URL names. */
export async function testDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env['DATABASE_URL'];
  if (!serverUrl) throw new Error('DATABASE_URL is not set: integration tests need a real PostgreSQL');
  const name = `posthorn_test_${randomBytes(6).toString('hex')}`;
  // template0: nobody can be connected to it, so parallel test files never disturb each other here.
  await execute(serverUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    name,
    url: url.href,
    drop: () => execute(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
