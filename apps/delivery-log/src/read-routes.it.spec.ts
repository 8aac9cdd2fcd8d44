import { laneKey } from '@posthorn/contracts';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event, parked, startMs } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

const tenantId = 'reads';
const later = new Date(startMs + 60_000).toISOString();
const at = (i: number) => startMs + i * 60_000;
const iso = (i: number) => new Date(at(i)).toISOString();

/** Three orders and an inquiry, a minute apart: delivered, refused, without an answer, not asked for. */
beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
  await cluster.tenantWith(tenantId);
  const seqs: number[] = [];
  for (const i of [0, 1, 2]) {
    const entity = { name: 'order', id: `o${i}` };
    seqs.push(await cluster.event(event({ tenantId, id: `evt_${i}`, entity, acceptedAt: at(i) })));
  }
  const others = { type: 'inquiry.received', entity: null, acceptedAt: at(3) };
  await cluster.event(event({ tenantId, id: 'evt_3', ...others }));
  await cluster.attempt(delivered({ tenantId, eventId: 'evt_0', seq: seqs[0] }));
  await cluster.attempt(attempt({ tenantId, eventId: 'evt_1', seq: seqs[1], status: 404, final: true }));
  await cluster.attempt(
    attempt({ tenantId, eventId: 'evt_2', seq: seqs[2], status: undefined, error: 'reset' }),
  );
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 4);
  await waitFor(async () => (await log.list(`${tenantId}/deliveries?statusClass=none`)).items.length === 1);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

describe('lists', () => {
  it('say of each delivery what its event is about, when it was accepted, and why it is not over', async () => {
    const { items } = await log.list(`${tenantId}/deliveries`);
    const about = ({ eventId, entity, acceptedAt, reasonCode }: (typeof items)[number]) => [
      ...[eventId, entity, acceptedAt, reasonCode],
    ];
    expect(items.map(about)).toEqual([
      ['evt_2', { name: 'order', id: 'o2' }, iso(2), 'retrying'],
      ['evt_1', { name: 'order', id: 'o1' }, iso(1), null],
      ['evt_0', { name: 'order', id: 'o0' }, iso(0), null],
    ]);
    const one = await log.list(`${tenantId}/deliveries?eventId=evt_1`);
    expect(one.items.map(about)).toEqual([about(items[1])]);
  });

  it.each([
    ['events?entityId=o1', ['evt_1']],
    ['events?entityName=order', ['evt_2', 'evt_1', 'evt_0']],
    ['events?id=evt_3', ['evt_3']],
    ['events?type=order.created&entityId=o2', ['evt_2']],
    [`events?from=${later}`, ['evt_3', 'evt_2', 'evt_1']],
    [`events?to=${later}`, ['evt_0']],
    [`events?from=${later}&to=${new Date(at(2)).toISOString()}`, ['evt_1']],
    ['deliveries?eventId=evt_1', ['evt_1']],
    ['deliveries?statusClass=2xx', ['evt_0']],
    ['deliveries?statusClass=4xx', ['evt_1']],
    ['deliveries?statusClass=5xx', []],
    ['deliveries?statusClass=none', ['evt_2']],
    ['deliveries?entityName=order&entityId=o0', ['evt_0']],
    ['deliveries?eventType=order.created', ['evt_2', 'evt_1', 'evt_0']],
    ['deliveries?eventType=inquiry.received', []],
    [`deliveries?from=${later}`, ['evt_2', 'evt_1']],
    [`deliveries?status=failed&to=${new Date(at(2)).toISOString()}`, ['evt_1']],
  ])('can be asked for what somebody looks for: %s', async (path, ids) => {
    const { items } = await log.list(`${tenantId}/${path}`);
    expect(items.map(({ id, eventId }) => eventId ?? id)).toEqual(ids);
  });

  it('find what waits by the same words', async () => {
    const id = 'evt_waits';
    await cluster.tenantWith('reads-waiting');
    const entity = { name: 'order', id: 'w1' };
    await cluster.event(event({ tenantId: 'reads-waiting', id, entity, acceptedAt: at(5) }));
    await waitFor(async () => (await log.list('reads-waiting/events')).items.length === 1);
    const found = async (query: string) =>
      (await log.list(`reads-waiting/deliveries?${query}`)).items.map(({ eventId }) => eventId);
    expect(await found('entityId=w1')).toEqual([id]);
    expect(await found('entityId=w2')).toEqual([]);
    expect(await found(`from=${new Date(at(5)).toISOString()}`)).toEqual([id]);
    expect(await found(`to=${new Date(at(5)).toISOString()}`)).toEqual([]);
    expect(await found('eventType=order.created')).toEqual([id]);
    expect(await found('statusClass=none')).toEqual([]);
  });

  it.each(['from=yesterday', 'to=2026-13-40', 'statusClass=6xx'])(
    'refuse a wrong parameter: %s',
    async (query) => {
      const { status, body } = await log.ask(`${tenantId}/deliveries?${query}`);
      expect([status, body['code']]).toEqual([422, 'invalid']);
      expect(body).toMatchObject({ errors: [{ pointer: `/${query.split('=')[0]}` }] });
    },
  );
});

describe('what waits', () => {
  it('is counted lane by lane, with the reason', async () => {
    const of = { tenantId: 'queues' };
    const head = await cluster.tenantWith('queues', event({ id: 'evt_q0' }));
    await cluster.event(control({ ...of, id: 'sub_1', version: 2, ordering: 'strict' }));
    for (const i of [1, 2]) await cluster.event(event({ ...of, id: `evt_q${i}`, acceptedAt: at(i) }));
    await cluster.attempt(attempt({ ...of, eventId: 'evt_q0', seq: head, attempt: 3 }));
    await cluster.cursor(
      'queues',
      laneKey('queues', 'sub_1', '0'),
      parked({ ...of, cursor: head, attempt: 3 }),
    );
    const dueAt = new Date(startMs + 10_000).toISOString();
    const items = await waitFor(async () => {
      const page = await log.list('queues/waiting');
      // Lanes, subscriptions and events come by topics of their own, and are read one after the other.
      return page.items[0]?.['waiting'] === 3 && page.items[0]['attempts'] !== null && page.items;
    });
    expect(items).toEqual([
      {
        ...{ subscriptionId: 'sub_1', lane: '0', state: 'parked', attempt: 3, attempts: 4 },
        ...{ nextAttemptAt: dueAt, waiting: 3, atLeast: false, oldestAt: new Date(startMs).toISOString() },
        reason: `parked at attempt 3 of 4, next at ${dueAt}, 2 behind it`,
      },
    ]);
    expect((await log.list('queues/waiting?subscriptionId=sub_2')).items).toEqual([]);
  }, 30_000);

  it('alone is told as that', async () => {
    const { items } = await log.list(`${tenantId}/waiting?subscriptionId=sub_1`);
    const nextAttemptAt = new Date(startMs + 11_000).toISOString();
    expect(items).toMatchObject([
      { lane: null, state: 'retrying', waiting: 1, reason: `1 is retried alone, next at ${nextAttemptAt}` },
    ]);
  });
});

it('how it is doing is told by minute, hour or day, with what waits now', async () => {
  const stats = async (query: string) => (await log.ask(`${tenantId}/stats?${query}`)).body;
  const minute = `from=${iso(0)}&to=${iso(3)}`;
  await waitFor(async () => {
    const { items } = (await stats(`step=hour&${minute}`)) as { items: { attempts: number }[] };
    return items[0]?.attempts === 3;
  });
  expect(await stats(`step=minute&${minute}`)).toMatchObject({
    step: 'minute',
    items: [{ at: iso(0), delivered: 1, failed: 1, attempts: 3, latencyMs: { p50: expect.any(Number) } }],
    backlog: { size: 1, oldestAt: new Date(startMs + 1_000).toISOString() },
  });
  expect(await stats(`step=day&${minute}&subscriptionId=sub_unknown`)).toMatchObject({
    ...{ items: [], backlog: { size: 0, oldestAt: null } },
  });
  for (const query of ['step=second', `from=${iso(2)}&to=${iso(1)}`, 'step=minute&from=2020-01-01'])
    expect((await log.ask(`${tenantId}/stats?${query}`)).status).toBe(422);
});

it('an event tells of every subscription why it was sent there or not', async () => {
  await cluster.event(control({ tenantId, id: 'sub_2', filter: { types: ['inquiry.*'] } }));
  await cluster.event(event({ tenantId, id: 'evt_why', acceptedAt: at(4) }));
  const { body } = await waitFor(async () => {
    const answer = await log.ask(`${tenantId}/events/evt_why`);
    return answer.status === 200 && answer;
  });
  expect(body['subscriptions']).toEqual([
    { subscriptionId: 'sub_1', name: 'shop', matched: true, reason: 'it asks for order.created' },
    {
      ...{ subscriptionId: 'sub_2', name: 'shop', matched: false },
      reason: 'it asks for inquiry.*, not for order.created',
    },
  ]);
}, 30_000);

it('every attempt has all its timings, also those of an older log', async () => {
  const [{ id }] = (await log.list(`${tenantId}/deliveries?eventId=evt_1`)).items;
  const { body } = await log.ask(`${tenantId}/deliveries/${String(id)}`);
  expect(body['attempts']).toMatchObject([
    { timings: { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null, totalMs: 25 } },
  ]);
});

it('the OpenAPI document says what can be asked and what is answered', () => {
  const { paths } = SwaggerModule.createDocument(stage.service.app, new DocumentBuilder().build());
  const { get } = paths['/v1/tenants/{tenantId}/deliveries'];
  expect(get?.parameters).toEqual(
    expect.arrayContaining([
      { name: 'tenantId', in: 'path', required: true, schema: { type: 'string' } },
      {
        ...{ name: 'statusClass', in: 'query', required: false },
        schema: { type: 'string', enum: ['2xx', '3xx', '4xx', '5xx', 'none'] },
      },
    ]),
  );
  expect(get?.responses['200']).toMatchObject({
    content: {
      'application/json': {
        schema: { properties: { items: { items: { properties: { status: { enum: expect.any(Array) } } } } } },
      },
    },
  });
});
