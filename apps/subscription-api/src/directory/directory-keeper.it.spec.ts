import {
  directoryKey,
  directoryTopic,
  encodeDirectory,
  decodeDirectory,
  joinKey,
  type DirectoryMessage,
} from '@posthorn/contracts';
import { KafkaConnection, LogReader } from '@posthorn/messaging';
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

async function say(message: DirectoryMessage): Promise<void> {
  const messages = [{ key: directoryKey(message), value: encodeDirectory(message), partition: 0 }];
  await producer.send({ topic: `${stage.stores.kafka.prefix}directory.v1`, messages });
}

/** What was said first, said again: a relay that was cut off, and comes back. */
async function sayFirstAgain(id: string): Promise<void> {
  const all = stage.directory.records.map(({ value }) => decodeDirectory(value));
  await say(all.find((message) => message.id === id)!);
}

it.each(['key', 'user', 'event type', 'tenant'])(
  'a late old record of a removed %s does not stay the last word',
  async (what) => {
    const tenantId = `late-${what.replace(' ', '-')}`;
    await api.tenant(tenantId, 'standard');
    const at = `/v1/tenants/${tenantId}`;
    const key = operatorKey;
    const user = { email: 'u@late.test', name: 'U', role: 'tenant-viewer', password: 'a long password' };
    const [path, id] = await {
      key: async () => {
        const { body } = await api.call('POST', `${at}/keys`, { key, body: { name: 'k' } });
        return [`${at}/keys/${body['id']}`, body['id']];
      },
      user: async () => {
        const { body } = await api.call('POST', `${at}/users`, { key, body: user });
        return [`${at}/users/${body['id']}`, body['id']];
      },
      'event type': async () => {
        await api.call('PUT', `${at}/event-types/a.b`, { key, body: {} });
        return [`${at}/event-types/a.b`, joinKey(tenantId, 'a.b')];
      },
      tenant: () => Promise.resolve([at, tenantId]),
    }[what]!();
    await waitFor(() => said(id).length === 1);
    expect((await api.call('DELETE', path, { key })).status).toBe(204);
    await waitFor(() => said(id).length === 2);
    await sayFirstAgain(id);
    await waitFor(() => said(id).length === 4);
    expect(said(id)).toEqual([1, 2, 1, 2]);
    const last = stage.directory.records.map(({ value }) => decodeDirectory(value)).at(-1);
    const told: Record<string, object> = {
      key: { revokedAt: expect.any(Number) },
      user: { removedAt: expect.any(Number) },
      'event type': { removed: true },
      tenant: { deletedAt: expect.any(Number) },
    };
    expect(last).toMatchObject(told[what]!);
  },
  30_000,
);

it('an older session key does not stay the last word either', async () => {
  const one = said('current');
  expect(one).toEqual([1]);
  const publicKey = Buffer.alloc(32, 1).toString('base64');
  await say({ kind: 'session-key', id: 'current', publicKey, version: 0 });
  await waitFor(() => said('current').length === 3);
  expect(said('current')).toEqual([1, 0, 1]);
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

it('says everything again in a directory that was made anew while the service runs', async () => {
  const { brokers, prefix } = stage.stores.kafka;
  const kafka = new KafkaConnection({ brokers, clientId: 'it', topicPrefix: prefix }, () => undefined);
  const admin = await kafka.admin();
  const before = new Set(stage.directory.records.map(({ key }) => key));
  const topic = kafka.topicName(directoryTopic.name);
  await admin.deleteTopics({ topics: [topic] });
  await waitFor(async () => !(await admin.listTopics()).includes(topic));
  await kafka.ensureTopics([{ ...directoryTopic, partitions: 1 }]);
  const reader = new LogReader(kafka, { groupId: 'anew', topics: [directoryTopic.name] });
  await reader.start();
  const now = new Set<string>();
  reader.follow(
    directoryTopic.name,
    0,
    'earliest',
    (records) => records.forEach(({ key }) => now.add(String(key))),
    () => undefined,
  );
  expect(before.size).toBeGreaterThan(5);
  await waitFor(() => [...before].every((key) => now.has(key)), { timeoutMs: 30_000 });
  await reader.stop();
  await kafka.close();
}, 60_000);
