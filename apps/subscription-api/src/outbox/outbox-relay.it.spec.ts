import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { cursorsTopic, decodeEvents, directoryTopic, keyUsesTopic } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import { Metrics } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { EventStore } from '../aggregates/event.store.js';
import { Harness, operatorKey, Stage } from '../testing/harness.js';
import { SubscriptionStore } from '../subscriptions/subscription.store.js';
import { OutboxRelayService } from './outbox-relay.service.js';
import { RecordProducer } from './record-producer.client.js';

type Made = { id: string; url: string };

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);
beforeEach(async () => {
  await stage.stop();
  api = await stage.start();
  await waitFor(() => relayOf(api).leading);
}, 60_000);

let vendors = 0;
const newVendor = () => `vendor-${++vendors}`;

const relayOf = ({ service }: Harness) => service.app.get(OutboxRelayService, { strict: false });
const register = (at: Harness, key: string) =>
  at.call<Made>('POST', '/api/vendor/webhooks', {
    key,
    body: { url: 'https://example.org/hook', events: ['order.created'] },
  });
const outboxRows = async () =>
  (await stage.db.query<{ n: number }>('SELECT count(*)::int AS n FROM subscription_api.outbox')).rows[0].n;

/** As the operating system would: the connection that relays, and with it the lock, is gone. */
async function cutRelay(): Promise<void> {
  const { rowCount } = await stage.db.query(`
    SELECT pg_terminate_backend(pid) FROM pg_locks
     WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND (classid::bigint << 32 | objid::bigint) = hashtextextended('subscription-api/outbox-relay', 0)`);
  expect(rowCount).toBe(1);
}

/** Holds back what the real producer is given, or what it has to say. */
function gate(
  at: Harness,
  when: 'before' | 'after',
): { open(): void; entered: Promise<void>; calls(): number } {
  const producer = at.service.app.get(RecordProducer, { strict: false });
  const publish = producer.publish.bind(producer);
  let open = (): void => undefined;
  let enter = (): void => undefined;
  let calls = 0;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const entered = new Promise<void>((resolve) => (enter = resolve));
  producer.publish = async (...args): Promise<void> => {
    calls++;
    if (when === 'after') await publish(...args);
    enter();
    await opened;
    if (when === 'before') await publish(...args);
  };
  const restore = (): void => {
    producer.publish = publish;
    open();
  };
  return { open: restore, entered, calls: () => calls };
}

it('makes topics with everything that is said of them', async () => {
  const kafka = api.service.app.get(KafkaConnection, { strict: false });
  const admin = await kafka.admin();
  for (const { name, config } of [cursorsTopic, directoryTopic, keyUsesTopic]) {
    const resources = [{ type: 2, name: kafka.topicName(name) }];
    const [found] = (await admin.describeConfigs({ includeSynonyms: false, resources })).resources;
    const settings = found.configEntries.map((one) => [one.configName, one.configValue]);
    expect(Object.fromEntries(settings)).toMatchObject({ 'cleanup.policy': 'compact', ...config });
  }
});

it('leaves nothing in the outbox, and nothing is sent twice', async () => {
  const key = await api.tenant(newVendor(), 'brutlers');
  const made = await Promise.all(Array.from({ length: 5 }, () => register(api, key)));
  await waitFor(async () => (await outboxRows()) === 0);
  // The test's own reader may be behind what is acknowledged.
  await waitFor(() => made.every(({ body }) => stage.snapshots(body.id).length > 0));
  for (const { body } of made) expect(stage.snapshots(body.id)).toHaveLength(1);
});

it("a caller's trace goes on in what is published; without one nothing is marked as recorded", async () => {
  const key = await api.tenant(newVendor(), 'brutlers');
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const body = { url: 'https://example.org/hook', events: ['order.created'] };
  const traced = await api.call<Made>('POST', '/api/vendor/webhooks', {
    key,
    body,
    headers: { traceparent },
  });
  const untraced = await register(api, key);
  const tracesOf = (id: string) =>
    stage.events.records.filter(({ value }) => value.includes(id)).map((record) => record.traceparent);
  await waitFor(() => tracesOf(traced.body.id).length > 0 && tracesOf(untraced.body.id).length > 0);
  expect(new Set(tracesOf(traced.body.id))).toEqual(new Set([traceparent]));
  expect(new Set(tracesOf(untraced.body.id))).toEqual(new Set([undefined]));
});

it('what waits for Kafka has an age, for as long as it waits', async () => {
  const metrics = api.service.app.get(Metrics, { strict: false });
  const age = async (): Promise<number> => {
    const { scopeMetrics } = (await metrics.collect()).resourceMetrics;
    const found = scopeMetrics[0]!.metrics.find(
      ({ descriptor }) => descriptor.name === 'posthorn.outbox.age',
    );
    expect(found!.dataPoints).toMatchObject([{ attributes: { 'posthorn.outbox': 'subscription-api' } }]);
    return found!.dataPoints[0]!.value as number;
  };
  const key = await api.tenant(newVendor(), 'brutlers');
  await waitFor(async () => (await outboxRows()) === 0);
  expect(await age()).toBe(0);
  const held = gate(api, 'before');
  const registering = register(api, key);
  await held.entered;
  await waitFor(async () => (await age()) > 0.3);
  held.open();
  await registering;
  await waitFor(async () => (await age()) === 0);
});

it('killed between the acknowledgement and the delete: sent again, with the same version, by the next relay', async () => {
  const key = await api.tenant(newVendor(), 'brutlers');
  const held = gate(api, 'after');
  const registering = register(api, key);
  await held.entered; // Kafka has it, this instance does not know yet
  const second = await stage.start();
  await cutRelay();
  await waitFor(() => relayOf(second).leading);
  const { status, body } = await registering; // the other instance's word is enough
  expect(status).toBe(201);
  await waitFor(() => stage.snapshots(body.id).length === 2);
  const [one, two] = stage.snapshots(body.id);
  expect(two).toEqual(one);
  held.open();
  await waitFor(async () => (await outboxRows()) === 0);
});

it('a connection lost in the middle of a round does not send it twice from one process', async () => {
  const key = await api.tenant(newVendor(), 'brutlers');
  const held = gate(api, 'before');
  const registering = register(api, key);
  await held.entered;
  await cutRelay();
  await waitFor(() => !relayOf(api).leading);
  held.open();
  const { status, body } = await registering;
  expect(status).toBe(201);
  await waitFor(async () => (await outboxRows()) === 0);
  expect([held.calls(), stage.snapshots(body.id).length]).toEqual([1, 1]);
});

it('one instance relays for all; another takes over when it stops', async () => {
  const second = await stage.start();
  expect([relayOf(api).leading, relayOf(second).leading]).toEqual([true, false]);
  const key = await second.tenant(newVendor(), 'brutlers'); // answered 201 by the instance that does not relay
  const began = performance.now();
  expect((await register(second, key)).status).toBe(201);
  expect(performance.now() - began).toBeLessThan(1_000); // told, not found by polling or at the timeout
  await api.stop();
  expect((await register(second, key)).status).toBe(201);
  expect(relayOf(second).leading).toBe(true);
});

it("a tenant's records are in the order of its commits, and a slow transaction holds up nobody else", async () => {
  const [slowKey, otherKey] = [await api.tenant('slow', 'brutlers'), await api.tenant('other', 'brutlers')];
  const { body: first } = await register(api, slowKey);
  const second = await stage.start();

  let release = (): void => undefined;
  let drawn = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const hasDrawn = new Promise<void>((resolve) => (drawn = resolve));
  const events = api.service.app.get(EventStore, { strict: false });
  const subscriptions = api.service.app.get(SubscriptionStore, { strict: false });
  const slow = events.write('slow', { actor: 'test' }, async (write) => {
    const before = await subscriptions.find('slow', first.id, write);
    await subscriptions.append(write, before!, [{ type: 'changed', payload: { name: 'slow' } }], before);
    drawn();
    await released;
  });
  await hasDrawn; // it has a sequence number, and is not committed

  const { status, body: other } = await register(api, otherKey); // draws a higher one, and is answered
  expect(status).toBe(201);
  let isPatched = false;
  const patching = second
    .call('PATCH', `/api/vendor/webhooks/${first.id}`, { key: slowKey, body: { status: 'inactive' } })
    .then((answer) => {
      isPatched = true;
      return answer;
    });
  await waitFor(async () => {
    const { rows } = await stage.db.query('SELECT 1 FROM pg_locks WHERE locktype = $1 AND NOT granted', [
      'advisory',
    ]);
    return rows.length > 0; // it waits for the tenant's lock
  });
  expect(isPatched).toBe(false);
  release();
  expect((await slow).relayed).toBe(true);
  expect((await patching).status).toBe(200);

  await waitFor(() => stage.snapshots(first.id).some(({ version }) => version === 3));
  const of = (key: string) =>
    stage.events.records
      .filter((record) => record.key === key)
      .sort((a, b) => a.offset - b.offset)
      .map(({ value }) => {
        const message = decodeEvents(value);
        return message.kind === 'subscription' ? `${message.snapshot.id} ${message.snapshot.version}` : '';
      });
  expect(of('slow')).toEqual([`${first.id} 1`, `${first.id} 2`, `${first.id} 3`]);
  expect(of('other')).toEqual([`${other.id} 1`]);
});

describe('Kafka that does not answer', () => {
  let silent: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('a change is answered 202 with the same body after the wait, and follows by an instance that can', async () => {
    const key = await api.tenant(newVendor(), 'brutlers');
    await api.stop();
    const { port } = silent.address() as AddressInfo;
    const alone = await Harness.start({
      DATABASE_URL: stage.stores.database.url,
      KAFKA_BROKERS: `127.0.0.1:${port}`,
      POSTHORN_TOPIC_PREFIX: stage.stores.kafka.prefix,
      POSTHORN_ACKNOWLEDGE_TIMEOUT_MS: '800',
    });
    try {
      await waitFor(
        async () => (await alone.call('GET', '/v1/tenants', { key: operatorKey })).status === 200,
      );
      const began = performance.now();
      const answer = await register(alone, key);
      const tookMs = performance.now() - began;
      expect([answer.status, Object.keys(answer.body)]).toEqual([
        202,
        ['id', 'url', 'events', 'status', 'createdAt', 'secret'],
      ]);
      expect([tookMs > 790, tookMs < 2_000]).toEqual([true, true]);
      expect((await alone.call('DELETE', `/api/vendor/webhooks/${answer.body.id}`, { key })).status).toBe(
        202,
      );
      expect((await alone.call('GET', '/health/ready')).status).toBe(503);

      const healthy = await stage.start();
      await waitFor(() => stage.snapshots(answer.body.id).length === 2);
      expect(stage.snapshots(answer.body.id).map(({ status }) => status)).toEqual(['active', 'deleted']);
      expect([relayOf(alone).leading, relayOf(healthy).leading]).toEqual([false, true]);
      expect((await register(alone, key)).status).toBe(201);
    } finally {
      await alone.stop();
    }
  }, 60_000);

  it('a relay that gets no answer lets another instance try, and sends nothing twice itself', async () => {
    const key = await api.tenant(newVendor(), 'brutlers');
    const second = await stage.start();
    const held = gate(api, 'before');
    const answer = await register(api, key); // five seconds
    expect(answer.status).toBe(202);
    await waitFor(() => stage.snapshots(answer.body.id).length === 1, { timeoutMs: 15_000 });
    expect([relayOf(api).leading, relayOf(second).leading]).toEqual([false, true]);
    held.open();
    await waitFor(() => stage.snapshots(answer.body.id).length === 2); // its own, late: an old version
    expect((await register(api, key)).status).toBe(201);
    expect(await outboxRows()).toBe(0);
  }, 60_000);
});
