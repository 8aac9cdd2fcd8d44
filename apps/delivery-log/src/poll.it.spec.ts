import { waitFor } from '@posthorn/testing';
import { control, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

type Answer = { items: { id: string; body: unknown }[]; cursor: string; hasMore: boolean };

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

const tenantId = 'polls';
const path = `${tenantId}/subscriptions/sub_poll/poll`;
const kept = { profile: 'standard' as const, kind: 'poll' as const, url: '', secrets: [] };
const polled = { tenantId, id: 'sub_poll', ...kept };

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
  await cluster.tenant(tenantId);
  await cluster.event(control({ ...polled, filter: { types: ['order.*'] } }));
  for (let i = 0; i < 9; i++) {
    const type = i % 3 === 2 ? 'customer.created' : 'order.created';
    await cluster.event(event({ tenantId, id: `evt_${i}`, type, data: Buffer.from(`{"n":${i}.0}`) }));
  }
  await cluster.event(event({ tenantId, id: 'evt_1' }));
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 10);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const poll = async (query = ''): Promise<Answer> => {
  const { status, body } = await log.ask(`${path}${query}`);
  expect(status).toBe(200);
  return body as Answer;
};

it('gives what the filter asks for, once and in the log’s order, page by page, and then what is new', async () => {
  const ids: string[] = [];
  let cursor = '';
  for (let hasMore = true; hasMore;) {
    const page = await poll(`?limit=2${cursor && `&cursor=${cursor}`}`);
    expect(page.items.length).toBeLessThanOrEqual(2);
    ids.push(...page.items.map(({ id }) => id));
    ({ cursor, hasMore } = page);
  }
  expect(ids).toEqual(['evt_0', 'evt_1', 'evt_3', 'evt_4', 'evt_6', 'evt_7']);
  expect(await poll(`?cursor=${cursor}`)).toMatchObject({ items: [], hasMore: false });
  await cluster.event(event({ tenantId, id: 'evt_other', type: 'customer.created' }));
  await cluster.event(event({ tenantId, id: 'evt_new' }));
  const next = await waitFor(async () => {
    const page = await poll(`?cursor=${cursor}`);
    return page.items.length > 0 && page;
  });
  expect(next.items.map(({ id }) => id)).toEqual(['evt_new']);
  // Whoever lost an answer asks again.
  expect(await poll(`?cursor=${cursor}`)).toEqual(next);
});

it('gives the body as it would have been sent, byte for byte', async () => {
  const text = await (await log.fetch(`v1/tenants/${path}?limit=1`)).text();
  expect(text).toContain(
    '"body":{"type":"order.created","timestamp":"2026-04-15T10:00:00.000Z","data":{"n":0.0}}',
  );
  expect((JSON.parse(text) as Answer).items[0]).toMatchObject({ id: 'evt_0', type: 'order.created' });
});

it('is no delivery that waits', async () => {
  expect((await log.list(`${tenantId}/deliveries`)).items).toEqual([]);
  expect((await log.list(`${tenantId}/waiting`)).items).toEqual([]);
  expect((await log.ask(`${tenantId}/events/evt_0`)).body).toMatchObject({
    ...{ matched: ['sub_poll'], deliveries: [] },
  });
  const wish = { subscriptionId: 'sub_poll', kind: 'range' };
  expect((await log.post(`${tenantId}/replays`, 'operator', wish)).status).toBe(409);
});

it('is refused to who may not, or where events are sent', async () => {
  await cluster.tenantWith('polls-other');
  await cluster.key('polls-other', 'polls-other', ['read']);
  expect((await log.ask(path, 'polls-other')).status).toBe(404);
  expect((await log.ask('polls-other/subscriptions/sub_poll/poll', 'polls-other')).status).toBe(404);
  await waitFor(
    async () => (await log.ask('polls-other/subscriptions/sub_1/poll', 'polls-other')).status === 409,
  );
  const foreign = Buffer.from('[5,"sub_1",""]').toString('base64url');
  expect((await log.ask(`${path}?cursor=${foreign}`)).status).toBe(422);
  await cluster.event(control({ ...polled, version: 2, status: 'paused' }));
  await waitFor(async () => (await log.ask(path)).status === 409);
});
