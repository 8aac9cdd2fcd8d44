import { testDatabase } from '@posthorn/testing';
import { mayReadWhole, queryBench } from './querybench.js';

it('asks everything that can be asked, by index, and drops a day; how fast, npm run querybench says', async () => {
  const stores = await testDatabase();
  try {
    const { queries, retentionDropMs, ...of } = await queryBench({ databaseUrl: stores.url, rows: 20_000 });
    expect(of).toMatchObject({ rows: 20_000, days: 3, projectedPerS: expect.any(Number) });
    expect(queries.length).toBeGreaterThan(25);
    expect(queries.filter(({ name, usesIndex }) => !usesIndex && !mayReadWhole.has(name))).toEqual([]);
    expect(retentionDropMs).toBeLessThan(1_000);
  } finally {
    await stores.drop();
  }
}, 300_000);
