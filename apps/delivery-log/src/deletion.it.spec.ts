import type { Database } from '@posthorn/runtime';
import { waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { openDatabase } from './testing/harness.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;
let db: Database;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
  db = await openDatabase(stage.stores.url);
}, 60_000);

afterAll(async () => {
  await db?.stop();
  await stage?.close();
}, 60_000);

const tenantId = 'deletes';
const count = 3_000;
const withinMs = 5_000;

const left = async (subscriptionId: string) => {
  const [row] = await db.query<Record<'deliveries' | 'attempts' | 'matches', number>>(
    `SELECT (SELECT count(*)::int FROM deliveries WHERE subscription_id = $1) AS deliveries,
            (SELECT count(*)::int FROM attempts a JOIN deliveries d USING (delivery_id)
              WHERE d.subscription_id = $1) AS attempts,
            (SELECT count(*)::int FROM events WHERE matched @> ARRAY[$1]) AS matches`,
    [subscriptionId],
  );
  return row;
};

it(`a deleted Brutlers webhook has no delivery logs ${withinMs / 1_000} s later; others keep theirs`, async () => {
  await cluster.tenantWith(tenantId);
  await cluster.event(control({ tenantId, id: 'sub_kept' }));
  const seqs = await Promise.all(
    Array.from({ length: count }, (_, n) => cluster.event(event({ tenantId, id: `evt_${n}` }))),
  );
  await Promise.all(
    seqs.flatMap((seq, n) =>
      ['sub_1', 'sub_kept'].flatMap((subscriptionId) => {
        const of = { tenantId, eventId: `evt_${n}`, seq, subscriptionId };
        return [cluster.attempt(attempt(of)), cluster.attempt(delivered({ ...of, attempt: 2 }))];
      }),
    ),
  );
  const whole = { deliveries: count, attempts: 2 * count, matches: count };
  for (const id of ['sub_1', 'sub_kept'])
    await waitFor(async () => JSON.stringify(await left(id)) === JSON.stringify(whole), {
      timeoutMs: 60_000,
    });

  await cluster.event(control({ tenantId, version: 2, status: 'deleted' }));
  const startMs = performance.now();
  await waitFor(async () => (await left('sub_1')).deliveries === 0, { timeoutMs: 30_000 });
  await waitFor(async () => (await db.query('SELECT 1 FROM purges')).length === 0, { timeoutMs: 30_000 });
  const tookMs = performance.now() - startMs;
  expect(await left('sub_1')).toEqual({ deliveries: 0, attempts: 0, matches: 0 });
  const [{ attempts }] = await db.query<{ attempts: number }>(
    'SELECT count(*)::int AS attempts FROM attempts',
  );
  expect(attempts).toBe(2 * count);
  expect((await log.list(`${tenantId}/deliveries?subscriptionId=sub_1`)).items).toEqual([]);
  expect(await left('sub_kept')).toEqual(whole);
  expect(tookMs).toBeLessThan(withinMs);
}, 180_000);
