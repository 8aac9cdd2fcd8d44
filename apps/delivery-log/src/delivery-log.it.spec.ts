import { laneKey, windowKey } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { pageCursor } from '@posthorn/runtime';
import { waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event, laneCancelled, parked, startMs } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

type Body = Record<string, unknown>;

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const projected = <T>(condition: () => Promise<T>) => waitFor(condition, { timeoutMs: 20_000 });

describe('what happened to an event', () => {
  it('is told from accepted to delivered, with every attempt', async () => {
    const tenantId = 'told';
    const of = { tenantId, eventId: 'evt_told', subscriptionId: 'sub_1' };
    const id = deliveryId('evt_told', 'sub_1');
    const data = Buffer.from('{"total": 1.0, "big": 12345678901234567890}');
    const seq = await cluster.tenantWith(tenantId, event({ id: 'evt_told', data }));
    const pending = await projected(
      async () => (await log.list(`${tenantId}/deliveries?status=waiting`)).items[0],
    );
    expect(pending).toMatchObject({
      id,
      seq,
      status: 'pending',
      reason: 'waits for its turn',
      attemptCount: 0,
      subscriptionId: 'sub_1',
      eventId: 'evt_told',
      eventType: 'order.created',
    });
    expect((await log.ask(`${tenantId}/deliveries/${id}`)).body).toMatchObject({
      id,
      status: 'pending',
      attempts: [],
    });

    await cluster.attempt(attempt({ ...of, seq, attempt: 1 }));
    const waiting = await projected(async () => {
      const [item] = (await log.list(`${tenantId}/deliveries?status=waiting`)).items;
      return item?.['status'] === 'waiting' && item;
    });
    const nextAttemptAt = new Date(startMs + 11_000).toISOString();
    expect(waiting).toMatchObject({
      id,
      reason: `attempt 1 of 4 failed, next at ${nextAttemptAt}`,
      nextAttemptAt,
    });

    await cluster.attempt(delivered({ ...of, seq, attempt: 2, responseBody: Buffer.from('thanks ä') }));
    const response = await projected(async () => {
      const { body } = await log.ask(`${tenantId}/deliveries/${id}`);
      return body['status'] === 'delivered' && body;
    });
    expect(response).toMatchObject({
      attemptCount: 2,
      reason: null,
      nextAttemptAt: null,
      subscription: { id: 'sub_1', name: 'shop', url: 'https://receiver.example/hook' },
      event: {
        id: 'evt_told',
        type: 'order.created',
        entity: { name: 'order', id: 'o1' },
        matched: ['sub_1'],
      },
    });
    expect((response as Body)['attempts']).toMatchObject([
      { attempt: 1, outcome: 'failed', response: { status: 500, body: 'no' } },
      {
        attempt: 2,
        outcome: 'delivered',
        durationMs: 25,
        startedAt: new Date(startMs + 2_000).toISOString(),
        request: {
          method: 'POST',
          url: 'https://receiver.example/hook',
          headers: { 'content-type': 'application/json' },
          body: '{"event":"order.created","data":{"total":1,"big":12345678901234567000},"timestamp":"2026-04-15T10:00:00.000Z"}',
        },
        response: {
          status: 200,
          body: 'thanks ä',
          truncated: false,
          headers: { 'content-type': 'text/plain' },
        },
      },
    ]);
    const raw = await log.fetch(`v1/tenants/${tenantId}/events/evt_told`);
    expect(raw.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const text = await raw.text();
    expect(text).toContain(`"data":${data.toString()}`);
    expect(JSON.parse(text)).toMatchObject({ id: 'evt_told', deliveries: [{ id, status: 'delivered' }] });
    expect((await log.list(`${tenantId}/deliveries?status=waiting`)).items).toEqual([]);
    expect((await log.list(`${tenantId}/deliveries?status=delivered`)).items).toHaveLength(1);
  }, 60_000);

  it('says why nothing matched', async () => {
    await cluster.tenantWith('unmatched', event({ id: 'evt_un', type: 'inquiry.received' }));
    const { body } = await projected(async () => {
      const answer = await log.ask('unmatched/events/evt_un');
      return answer.status === 200 && answer;
    });
    expect(body).toMatchObject({
      matched: [],
      deliveries: [],
      unmatchedReason: 'no subscription matched: one asks for other events than inquiry.received',
    });
  }, 30_000);

  it('says what waits behind a parked lane, and finds it by its id', async () => {
    const tenantId = 'parked';
    const head = await cluster.tenantWith(tenantId, event({ id: `evt_${tenantId}_a` }));
    const behind = await cluster.event(event({ tenantId, id: `evt_${tenantId}_b` }));
    const lane = parked({ tenantId, cursor: head, attempt: 3 });
    await cluster.attempt(attempt({ tenantId, eventId: `evt_${tenantId}_a`, seq: head, attempt: 3 }));
    await cluster.cursor(tenantId, laneKey(tenantId, 'sub_1', '0'), lane);
    await cluster.cursor(tenantId, windowKey, { kind: 'window', next: behind + 1, bitmap: '', at: startMs });
    const dueAt = new Date(lane.dueAt).toISOString();
    const reasons = [
      `waits behind a delivery that is parked at attempt 3 of 4, next at ${dueAt}`,
      `parked at attempt 3 of 4, next at ${dueAt}`,
    ];
    await projected(async () => {
      const { items } = await log.list(`${tenantId}/deliveries?status=waiting&subscriptionId=sub_1`);
      expect(items.map(({ reason }) => reason)).toEqual(reasons);
      expect(items.map(({ nextAttemptAt }) => nextAttemptAt)).toEqual([null, dueAt]);
      return true;
    });
    const headId = deliveryId(`evt_${tenantId}_a`, 'sub_1');
    expect((await log.ask(`${tenantId}/deliveries/${headId}`)).body).toMatchObject({
      ...{ status: 'waiting', nextAttemptAt: dueAt, reason: reasons[1] },
    });
    const id = deliveryId(`evt_${tenantId}_b`, 'sub_1');
    expect((await log.ask(`${tenantId}/deliveries/${id}`)).body).toMatchObject({
      id,
      status: 'pending',
      reason: reasons[0],
      nextAttemptAt: null,
    });
    expect((await log.list(`${tenantId}/deliveries?status=pending`)).items).toHaveLength(1);
  }, 30_000);

  it.each([
    { reason: 'disabled' as const, ending: 'cancelled', other: 'expired' },
    { reason: 'expired' as const, ending: 'expired', other: 'cancelled' },
  ])(
    'a lane given up ($reason) held is $ending, whether it had attempts or not',
    async ({ reason, ending, other }) => {
      const tenantId = `given-up-${reason}`;
      const first = await cluster.tenantWith(tenantId, event({ id: `evt_${tenantId}_a` }));
      const second = await cluster.event(event({ tenantId, id: `evt_${tenantId}_b` }));
      await cluster.event(event({ tenantId, id: `evt_${tenantId}_c` }));
      await cluster.attempt(attempt({ tenantId, eventId: `evt_${tenantId}_a`, seq: first }));
      await cluster.attempt(laneCancelled({ tenantId, fromSeq: first, untilSeq: second + 1, reason }));
      await projected(
        async () => (await log.list(`${tenantId}/deliveries?status=${ending}`)).items.length === 2,
      );
      expect((await log.list(`${tenantId}/deliveries?status=${other}`)).items).toEqual([]);
      expect((await log.list(`${tenantId}/deliveries?status=waiting`)).items).toHaveLength(1);
      const { items } = await log.list(`${tenantId}/deliveries`);
      expect(items.map(({ eventId, status }) => [eventId, status])).toEqual([
        [`evt_${tenantId}_c`, 'pending'],
        [`evt_${tenantId}_b`, ending],
        [`evt_${tenantId}_a`, ending],
      ]);
      const { body } = await log.ask(`${tenantId}/deliveries/${deliveryId(`evt_${tenantId}_b`, 'sub_1')}`);
      expect(body).toMatchObject({ status: ending });
    },
    30_000,
  );

  it('is one delivery, though the event was published twice', async () => {
    const tenantId = 'twice';
    await cluster.tenantWith(
      tenantId,
      event({ id: `evt_${tenantId}_a` }),
      event({ id: `evt_${tenantId}_a` }),
    );
    await projected(async () => (await log.list(`${tenantId}/events`)).items.length === 2);
    expect((await log.list(`${tenantId}/deliveries`)).items).toHaveLength(1);
  }, 30_000);
});

describe('lists', () => {
  const tenantId = 'pages';
  const count = 25;

  beforeAll(async () => {
    await cluster.tenantWith(tenantId);
    await cluster.event(control({ tenantId, id: 'sub_2', filter: { types: ['*'] } }));
    for (let i = 0; i < count; i++) {
      const seq = await cluster.event(
        event({ tenantId, id: `evt_pages_${i}`, type: i % 5 ? 'order.created' : 'customer.created' }),
      );
      if (i % 2)
        await cluster.attempt(
          delivered({ tenantId, eventId: `evt_pages_${i}`, subscriptionId: 'sub_2', seq }),
        );
    }
    await projected(async () => (await log.list(`${tenantId}/events?limit=200`)).items.length === count);
    await projected(
      async () => (await log.list(`${tenantId}/deliveries?status=delivered&limit=200`)).items.length === 12,
    );
  }, 60_000);

  async function pages(path: string): Promise<Body[]> {
    const items: Body[] = [];
    for (let cursor = ''; ;) {
      const page = await log.list(`${tenantId}/${path}${path.includes('?') ? '&' : '?'}limit=4${cursor}`);
      items.push(...page.items);
      expect(page.items.length).toBeLessThanOrEqual(4);
      if (page.nextCursor === null) return items;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
  }

  it.each([
    { path: 'events', size: count },
    { path: 'events?type=customer.created', size: 5 },
    { path: 'deliveries', size: count + 20 },
    { path: 'deliveries?subscriptionId=sub_1', size: 20 },
    { path: 'deliveries?subscriptionId=sub_2&status=delivered', size: 12 },
    { path: 'deliveries?status=pending', size: 13 + 20 },
    { path: 'deliveries?status=failed', size: 0 },
  ])('are whole and newest first, page by page: $path', async ({ path, size }) => {
    const items = await pages(path);
    const seqs = items.map(({ seq }) => Number(seq));
    expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
    expect(new Set(items.map(({ id }) => id)).size).toBe(size);
    expect(items).toHaveLength(size);
  });

  it.each([
    ...['limit=0', 'limit=201', 'limit=x', 'cursor=%21', 'cursor=WzFd', 'status=lost'],
    // Of several values none could be left out without widening the answer.
    ...['status=failed&status=expired', 'subscriptionId=sub_1&subscriptionId=sub_2', 'limit=1&limit=2'],
  ])('refuse a wrong parameter: %s', async (query) => {
    const { status, body } = await log.ask(`${tenantId}/deliveries?${query}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'invalid', errors: [{ pointer: `/${query.split('=')[0]}` }] });
  });

  it('of replays refuse a place that is no time', async () => {
    const ask = async (ms: number) =>
      (await log.ask(`${tenantId}/replays?cursor=${pageCursor([ms, '', 'x'])}`)).status;
    expect([await ask(-1), await ask(Number.MAX_SAFE_INTEGER)]).toEqual([422, 422]);
    expect([await ask(0), await ask(8_640_000_000_000_000)]).toEqual([200, 200]);
  });
});
