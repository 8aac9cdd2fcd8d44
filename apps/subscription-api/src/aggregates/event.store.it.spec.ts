import { testDatabase, testKafka } from '@posthorn/testing';
import { Harness, operatorKey, Stage } from '../testing/harness.js';
import { EventStore, VersionConflict, type Write } from './event.store.js';

let stage: Stage;
let store: EventStore;
beforeAll(async () => {
  const opened = await Stage.open({ database: await testDatabase(), kafka: testKafka() });
  stage = opened.stage;
  store = opened.api.service.app.get(EventStore, { strict: false });
}, 60_000);
afterAll(() => stage.close(), 30_000);

const author = { actor: 'test' };
const append = (write: Write, id: string, after: number, ...names: string[]) =>
  write.append(
    { type: 'subscription', id, tenantId: 't', after },
    names.map((name) => ({ type: 'changed', payload: { name } })),
  );

it('numbers the events of an aggregate, and gives them back as they were', async () => {
  const { value, relayed } = await store.write('t', author, (write) =>
    append(write, 'a', 0, 'one', 'Ä\u2028'),
  );
  expect(relayed).toBe(true); // there is no record to wait for
  expect(value.map(({ version }) => version)).toEqual([1, 2]);
  await store.write('t', { actor: 'other' }, (write) => append(write, 'a', 2, 'three'));
  const events = await store.eventsOf('subscription', 'a');
  expect(events.slice(0, 2)).toEqual(value);
  expect(events[2]).toMatchObject({ version: 3, actor: 'other', tenantId: 't', payload: { name: 'three' } });
});

it('refuses an append to what is no longer the newest version, and keeps nothing of that write', async () => {
  await store.write('t', author, (write) => append(write, 'b', 0, 'one'));
  const stale = store.write('t', author, async (write) => {
    await append(write, 'c', 0, 'elsewhere');
    await append(write, 'b', 0, 'late');
  });
  await expect(stale).rejects.toThrow(VersionConflict);
  expect((await store.eventsOf('subscription', 'b')).map(({ version }) => version)).toEqual([1]);
  expect(await store.eventsOf('subscription', 'c')).toEqual([]);
});

it('of twenty writes that go by a version without the lock, one wins', async () => {
  const other = Array.from({ length: 20 }, (_, i) =>
    store
      .write(`t${i}`, author, (write) => append(write, 'd', 0, `by ${i}`))
      .then(
        () => 'won',
        (error: unknown) => (error instanceof VersionConflict ? 'lost' : error),
      ),
  );
  expect((await Promise.all(other)).sort()).toEqual(['lost'].concat(Array(18).fill('lost'), 'won'));
});

it('without its database it says so, and stops without waiting for it', async () => {
  const away = await Harness.start({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
    KAFKA_BROKERS: stage.stores.kafka.brokers.join(','),
    POSTHORN_TOPIC_PREFIX: stage.stores.kafka.prefix,
  });
  const answer = await away.call('GET', '/v1/tenants', { key: operatorKey });
  expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([
    503,
    'unavailable',
    '2',
  ]);
  const health = await Promise.all(['live', 'ready'].map((one) => away.call('GET', `/health/${one}`)));
  expect(health.map(({ status }) => status)).toEqual([200, 503]);
  const began = performance.now();
  await away.stop();
  expect(performance.now() - began).toBeLessThan(5_000);
}, 20_000);
