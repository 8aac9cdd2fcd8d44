import { decodeDirectory, decodeEvents, secretContext, type EventsMessage } from '@posthorn/contracts';
import { KafkaConnection, partitionFor } from '@posthorn/messaging';
import { KeyRing } from '@posthorn/runtime';
import { testDatabase, testKafka, waitFor, type TestDatabase, type TestKafka } from '@posthorn/testing';
import { Harness, secretKeys } from './harness.js';

/** The documented call, but for the address and the key. */
const documented = {
  url: 'https://meine-app.de/webhooks/brutlers',
  events: ['order.created', 'order.status_changed'],
};

let database: TestDatabase;
let kafka: TestKafka;
let api: Harness;

beforeAll(async () => {
  database = await testDatabase();
  kafka = testKafka();
  api = await Harness.start({
    DATABASE_URL: database.url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    POSTHORN_TOPIC_PREFIX: kafka.prefix,
  });
  await waitFor(async () => (await api.call('GET', '/health/ready')).status === 200, { timeoutMs: 30_000 });
}, 60_000);

afterAll(async () => {
  await api.stop();
  await kafka.cleanup();
  await database.drop();
}, 30_000);

it('registers the documented webhook', async () => {
  const key = await api.tenant('vendor-1', 'brutlers');
  const t = performance.now();
  const answer = await api.call('POST', '/api/vendor/webhooks', { key, body: documented });
  console.log(performance.now() - t, answer);
  expect(answer.status).toBe(201);
});
