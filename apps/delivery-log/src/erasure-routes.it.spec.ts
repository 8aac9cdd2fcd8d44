import { waitFor } from '@posthorn/testing';
import { delivered, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

it('what is ordered to be erased is gone within seconds, and nothing else', async () => {
  for (const tenantId of ['mine', 'theirs']) {
    await cluster.tenantWith(tenantId);
    for (const id of ['o1', 'o2']) {
      const of = { tenantId, eventId: `evt_${tenantId}_${id}` };
      const seq = await cluster.event(event({ tenantId, id: of.eventId, entity: { name: 'order', id } }));
      await cluster.attempt(delivered({ ...of, seq }));
    }
    await waitFor(async () => (await log.list(`${tenantId}/deliveries?status=delivered`)).items.length === 2);
    await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 2);
  }
  const ordered = await log.post('mine/erasures', 'operator', { entity: { name: 'order', id: 'o1' } });
  expect(ordered).toMatchObject({
    status: 202,
    body: { kind: 'entity', entity: { name: 'order', id: 'o1' } },
  });
  const path = `mine/erasures/${String(ordered.body['id'])}`;
  await waitFor(async () => (await log.ask(path)).body['status'] === 'done', { timeoutMs: 20_000 });
  const left = async (tenantId: string) =>
    (await log.list(`${tenantId}/deliveries`)).items.map(({ eventId }) => eventId);
  expect(await left('mine')).toEqual(['evt_mine_o2']);
  expect((await log.list('mine/events?entityId=o1')).items).toEqual([]);
  expect(await left('theirs')).toHaveLength(2);

  const all = await log.post('mine/erasures', 'operator', { tenant: true });
  const done = `mine/erasures/${String(all.body['id'])}`;
  await waitFor(async () => (await log.ask(done)).body['status'] === 'done', { timeoutMs: 20_000 });
  expect(await left('mine')).toEqual([]);
  expect(await left('theirs')).toHaveLength(2);
  expect((await log.list('mine/erasures')).items).toHaveLength(2);

  await cluster.key('theirs', 'theirs', ['manage']);
  expect((await log.ask(path, 'theirs')).status).toBe(404);
  expect((await log.ask(path.replace('mine', 'theirs'), 'theirs')).status).toBe(404);
}, 60_000);
