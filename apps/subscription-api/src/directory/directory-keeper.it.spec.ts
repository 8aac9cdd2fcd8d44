import { directoryKey, encodeDirectory, decodeDirectory, type DirectoryKey } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { operatorKey, Stage, type Harness } from '../testing/harness.js';

let stage: Stage;
let api: Harness;
let producer: Producer;

beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  const { brokers } = stage.stores.kafka;
  producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({ allowAutoTopicCreation: false });
  await producer.connect();
}, 60_000);
afterAll(async () => {
  await producer.disconnect();
  await stage.close();
}, 30_000);

const said = (id: string) =>
  stage.directory.records
    .map(({ value }) => decodeDirectory(value))
    .filter((message) => message.id === id)
    .map(({ version }) => version);

async function say(message: DirectoryKey): Promise<void> {
  const messages = [{ key: directoryKey(message), value: encodeDirectory(message), partition: 0 }];
  await producer.send({ topic: `${stage.stores.kafka.prefix}directory.v1`, messages });
}

it('a late old record of a revoked key does not stay the last word', async () => {
  await api.tenant('tenant', 'standard');
  const path = '/v1/tenants/tenant/keys';
  const { body } = await api.call('POST', path, { key: operatorKey, body: { name: 'k' } });
  await waitFor(() => said(body['id']).length === 1);
  const first = stage.directory.records.map(({ value }) => decodeDirectory(value)).at(-1) as DirectoryKey;
  await api.call('DELETE', `${path}/${body['id']}`, { key: operatorKey });
  await waitFor(() => said(body['id']).length === 2);
  await say(first); // a relay that was cut off, and comes back
  await waitFor(() => said(body['id']).length === 4);
  expect(said(body['id'])).toEqual([1, 2, 1, 2]);
}, 30_000);

it('a start announces what the log lacks, and nothing else', async () => {
  const { rows } = await stage.db.query<{ id: string }>(`
    INSERT INTO subscription_api.tenants (id, profile, name, version, created_at)
    VALUES ('lost', 'standard', 'Lost', 1, now()) RETURNING id`);
  await stage.db.query(`
    INSERT INTO subscription_api.aggregate_events (aggregate_type, aggregate_id, tenant_id, version, type, payload, actor, at)
    VALUES ('tenant', 'lost', 'lost', 1, 'created', '{"profile": "standard", "name": "Lost"}', 'test', now())`);
  const before = stage.directory.records.length;
  await stage.start();
  await waitFor(() => said(rows[0].id).length === 1);
  expect(stage.directory.records).toHaveLength(before + 1);
}, 30_000);
