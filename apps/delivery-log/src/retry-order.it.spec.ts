import { decodeAuditNote, decodeEvents, decodeRetry, encodeEvent, laneKey } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { partitionFor } from '@posthorn/messaging';
import { readTopic, waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event, parked } from './testing/builders.js';
import { Cluster, LogApi, partitions } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const ordered = (tenantId: string) =>
  retries().then((all) => all.filter((retry) => retry.tenantId === tenantId));
async function retries() {
  const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}retries.v1`);
  return records.map(({ value, partition, key }) => ({
    ...{ ...decodeRetry(Buffer.from(value ?? '')), partition, key },
  }));
}
/** Who asked, as the audit trail will say; the outbox is handed over a moment later. */
async function noted(tenantId: string) {
  const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}audit-notes.v1`);
  const notes = records.map(({ value }) => decodeAuditNote(Buffer.from(value ?? '')));
  return notes.filter((note) => note.tenantId === tenantId);
}
const fresh = (id: string, more: object = {}) =>
  event({ id, acceptedAt: Date.now(), source: '/shop', ...more });

/** A tenant with one event, its delivery as far as `attempts` told of it. */
async function deliveryOf(tenantId: string, ...attempts: ReturnType<typeof attempt>[]) {
  const eventId = `evt_${tenantId}`;
  const message = fresh(eventId, { tenantId });
  const seq = await cluster.tenantWith(tenantId, message);
  for (const record of attempts)
    await cluster.attempt({ ...record, tenantId, eventId, seq, deliveryId: deliveryId(eventId, 'sub_1') });
  const path = `${tenantId}/deliveries/${deliveryId(eventId, 'sub_1')}`;
  await waitFor(async () => (await log.ask(path)).body['attemptCount'] === attempts.length, {
    timeoutMs: 20_000,
  });
  // Events, and the subscription before them, come from another topic.
  await waitFor(async () => (await log.ask(`${tenantId}/events/${eventId}`)).status === 200, {
    timeoutMs: 20_000,
  });
  return { id: deliveryId(eventId, 'sub_1'), message, path, seq, eventId };
}
const exhausted = attempt({ attempt: 2, final: true, nextAttemptAt: undefined });

describe('one delivery again now', () => {
  it('is written to retries with its event as it stands in the log, and then answered', async () => {
    const { id, message, path, seq, eventId } = await deliveryOf('again', attempt(), exhausted);
    const before = Date.now();
    const { status, body } = await log.post(`${path}/retry`);
    expect([status, body]).toEqual([202, { deliveryId: id, subscriptionId: 'sub_1', eventId, attempt: 3 }]);
    const [retry, ...others] = await ordered('again');
    expect(others).toEqual([]);
    expect(retry).toMatchObject({
      ...{ tenantId: 'again', subscriptionId: 'sub_1', deliveryId: id, seq, attempt: 2 },
      ...{ partition: partitionFor('again', partitions), key: 'again/sub_1' },
    });
    expect(retry).not.toHaveProperty('replayId');
    expect(retry.dueAt).toBeGreaterThanOrEqual(before);
    expect(retry.dueAt).toBeLessThanOrEqual(Date.now());
    expect(decodeEvents(retry.event)).toEqual({ ...message, tenantId: 'again' });
    expect(retry.event).toEqual(encodeEvent({ ...message, tenantId: 'again' }));
  }, 30_000);

  it('shows the delivery waiting again, and what comes of it', async () => {
    const { path, id, seq, eventId } = await deliveryOf('shown', delivered());
    expect((await log.post(`${path}/retry`)).status).toBe(202);
    const of = { tenantId: 'shown', eventId, seq, deliveryId: id };
    const nextAttemptAt = Date.now() + 60_000;
    await cluster.attempt(attempt({ ...of, attempt: 2, nextAttemptAt }));
    await waitFor(async () => (await log.ask(path)).body['status'] === 'waiting');
    expect((await log.ask(path)).body).toMatchObject({
      ...{ attemptCount: 2, nextAttemptAt: new Date(nextAttemptAt).toISOString(), finishedAt: null },
    });
    // What waits alone can be tried at once, also where somebody's order made it wait.
    expect((await log.post(`${path}/retry`)).status).toBe(202);
    await cluster.attempt(delivered({ ...of, attempt: 3 }));
    await waitFor(async () => (await log.ask(path)).body['status'] === 'delivered');
    expect((await ordered('shown')).map((retry) => retry.attempt)).toEqual([1, 2]);
  }, 30_000);

  it('of an event that was published again is about what was published then', async () => {
    const { seq, eventId, id, path } = await deliveryOf('anew', attempt(), exhausted);
    const later = fresh(eventId, {
      ...{ tenantId: 'anew', acceptedAt: Date.now() + 24 * 3_600_000, data: Buffer.from('{"total":2}') },
    });
    const again = await cluster.event(later);
    expect(again).toBeGreaterThan(seq);
    const of = { tenantId: 'anew', eventId, seq: again, deliveryId: id, acceptedAt: later.acceptedAt };
    await cluster.attempt({ ...exhausted, ...of });
    await waitFor(async () => (await log.ask(path)).body['seq'] === again);
    await waitFor(async () => (await log.list(`anew/events?id=${eventId}`)).items.length === 2);
    expect((await log.post(`${path}/retry`)).status).toBe(202);
    const [retry] = await ordered('anew');
    expect(retry.seq).toBe(again);
    expect(decodeEvents(retry.event)).toEqual(later);
  }, 30_000);

  it('of a replay stays one', async () => {
    const { seq, eventId } = await deliveryOf('replayed', delivered());
    const id = deliveryId(eventId, 'sub_1', 'rpl_1');
    const of = { tenantId: 'replayed', eventId, seq, deliveryId: id, replayId: 'rpl_1' };
    await cluster.attempt(attempt({ ...of, final: true }));
    await waitFor(async () => (await log.post(`replayed/deliveries/${id}/retry`)).status === 202);
    expect(await ordered('replayed')).toMatchObject([{ deliveryId: id, replayId: 'rpl_1', attempt: 1 }]);
  }, 30_000);

  it('is refused where its lane keeps order, and says what to do', async () => {
    const { path, seq } = await deliveryOf('ordered', attempt());
    await cluster.event(control({ tenantId: 'ordered', version: 2, ordering: 'strict' }));
    await cluster.cursor(
      'ordered',
      laneKey('ordered', 'sub_1', '0'),
      parked({ tenantId: 'ordered', cursor: seq }),
    );
    // Looked for without asking for a retry: until the lane is known, one would be given.
    await waitFor(async () => JSON.stringify((await log.ask(path)).body).includes('parked'));
    const refused = await log.post(`${path}/retry`);
    expect(refused).toMatchObject({
      ...{ status: 409, type: 'application/problem+json; charset=utf-8', body: { code: 'conflict' } },
    });
    expect(refused.body['detail']).toContain('/subscriptions/<id>/retry');
    expect(await ordered('ordered')).toEqual([]);
  }, 30_000);

  it.each([
    ['disabled', 'enable it'],
    ['paused', 'resume it'],
  ] as const)(
    'is refused where the subscription is %s',
    async (status, what) => {
      const { path } = await deliveryOf(`is-${status}`, attempt({ final: true }));
      await cluster.event(control({ tenantId: `is-${status}`, version: 2, status }));
      const refused = await waitFor(async () => {
        const answer = await log.post(`${path}/retry`);
        return String(answer.body['detail']).includes(what) && answer;
      });
      expect(refused.status).toBe(409);
    },
    30_000,
  );

  it('is not found where platform or tenant have none', async () => {
    const { path, id } = await deliveryOf('gone', attempt({ final: true }));
    await cluster.tenant('other');
    expect((await log.post(`other/deliveries/${id}/retry`)).status).toBe(404);
    expect((await log.post('gone/deliveries/dlv_unknown/retry')).status).toBe(404);
    await cluster.event(control({ tenantId: 'gone', version: 2, status: 'deleted' }));
    await waitFor(async () => (await log.post(`${path}/retry`)).status === 404);
  }, 30_000);

  it('needs a key that may manage', async () => {
    const { path } = await deliveryOf('keys', attempt({ final: true }));
    await cluster.key('reader', 'keys', ['read', 'publish']);
    await cluster.key('manager', 'keys', ['manage']);
    await cluster.key('stranger', 'gone', ['manage']);
    expect((await log.ask(path, 'reader')).status).toBe(200);
    const statuses = [];
    for (const key of ['reader', 'stranger', 'nobody', 'manager'])
      statuses.push((await log.post(`${path}/retry`, key)).status);
    expect(statuses).toEqual([403, 404, 401, 202]);
    expect(await ordered('keys')).toHaveLength(1);
    const notes = await waitFor(async () => {
      const found = await noted('keys');
      return found.length > 0 && found;
    });
    expect(notes).toMatchObject([
      {
        ...{ kind: 'delivery.retried', subjectId: path.split('/').at(-1), actor: 'key_manager' },
        ...{ origin: '127.0.0.1', details: { subscriptionId: 'sub_1', attempt: 2 } },
      },
    ]);
  }, 30_000);
});

describe('what failed for good', () => {
  it('is told once in the tenant’s log, to tenants that ask for it', async () => {
    const tenantId = 'tells';
    const seq = await cluster.tenantWith(tenantId, fresh('evt_tells'));
    await cluster.event(
      control({
        tenantId,
        id: 'sub_ops',
        profile: 'standard',
        filter: { types: ['posthorn.delivery.failed'] },
      }),
    );
    await cluster.tenantWith('silent', fresh('evt_silent'));
    const failed = { ...exhausted, startedAt: Date.now() };
    await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 1);
    const id = deliveryId('evt_tells', 'sub_1');
    for (let i = 0; i < 2; i++)
      await cluster.attempt({ ...failed, tenantId, eventId: 'evt_tells', seq, deliveryId: id });
    await cluster.attempt({ ...failed, tenantId: 'silent', eventId: 'evt_silent', deliveryId: 'dlv_silent' });
    const told = await waitFor(
      async () => {
        const { items } = await log.list(`${tenantId}/events`);
        return items.length === 2 && items[0];
      },
      { timeoutMs: 20_000 },
    );
    expect(told).toMatchObject({
      ...{ type: 'posthorn.delivery.failed', entity: { name: 'delivery', id }, matched: ['sub_ops'] },
    });
    // Its own failure is nobody's news.
    const of = { tenantId, eventId: String(told['id']), seq: Number(told['seq']), subscriptionId: 'sub_ops' };
    const eventType = 'posthorn.delivery.failed';
    await cluster.attempt({ ...failed, ...of, eventType, deliveryId: 'dlv_ops' });
    await waitFor(async () => (await log.list(`${tenantId}/deliveries?status=failed`)).items.length === 2);
    await waitFor(async () => (await log.list('silent/deliveries?status=failed')).items.length === 1);
    expect((await log.list(`${tenantId}/events`)).items).toHaveLength(2);
    expect((await log.list('silent/events')).items).toHaveLength(1);
  }, 40_000);
});
