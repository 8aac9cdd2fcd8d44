import pg from 'pg';
import { testDatabase } from './test-database.js';

it('creates an empty database and drops it again, open connections or not', async () => {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined); // dropped under its feet below
  await client.connect();
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  expect(rows).toEqual([{ name: database.name }]);
  await database.drop();
  const again = new pg.Client({ connectionString: database.url });
  await expect(again.connect()).rejects.toThrow('does not exist');
}, 20_000);
