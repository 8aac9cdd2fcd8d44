import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPacked, type Installed, Receiver } from '@posthorn/testing';

let installed: Installed;
beforeAll(async () => {
  installed = await installPacked('publisher');
}, 180_000);
afterAll(() => installed?.remove());

it('has no dependencies but the peers that its user brings', () => {
  const { manifest } = installed;
  const kinds = Object.keys(manifest).filter((field) => /dependenc/i.test(field));
  expect(kinds.sort()).toEqual(['peerDependencies', 'peerDependenciesMeta']);
  expect(manifest.peerDependenciesMeta).toEqual({ kafkajs: { optional: true }, typeorm: { optional: true } });
});

it('holds what runs and what documents it, and no tests', () => {
  const { files } = installed;
  const needed = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/typeorm/index.js'];
  expect(files).toEqual(expect.arrayContaining(needed));
  expect(files.filter((path) => /spec|tsconfig|jest|tsbuildinfo/.test(path))).toEqual([]);
});

it('builds a CloudEvent and publishes over HTTP in plain Node, without its peers', async () => {
  const receiver = await Receiver.start(() => ({ status: 202, body: '{"accepted":[{"id":"evt_x"}]}' }));
  const printed = await installed.run(`
    import { cloudEvent, HttpPublisher, readyEvent, structuredJson } from '@posthorn/publisher';
    const event = {
      tenantId: 't', type: 'order.created', id: 'x', entity: { name: 'order', id: 'o1' },
      timestamp: '2026-04-15T10:00:01.234Z', data: { total: 1.5 },
    };
    const cloud = cloudEvent(readyEvent(event), { source: '/s' });
    console.log(cloud.webhookId);
    console.log(structuredJson(cloud));
    console.log(await new HttpPublisher({ url: '${receiver.url}', apiKey: 'key' }).publish(event));`);
  await receiver.close();
  expect(printed.trim().split('\n')).toEqual([
    'evt_c2gy6ozi3jdcj4mtvcxcloeqpl', // the vector of libs/domain
    '{"specversion":"1.0","id":"x","source":"/s","type":"order.created","subject":"order/o1","time":"2026-04-15T10:00:01.234Z","tenantid":"t","datacontenttype":"application/json","data":{"total":1.5}}',
    "[ 'evt_x' ]",
  ]);
  expect(receiver.requests).toHaveLength(1);
});

it('has declarations that stand alone', async () => {
  await installed.compile(`
    import { HttpPublisher, KafkaPublisher, type KafkaProducer, type Outcome } from '@posthorn/publisher';
    const producer: KafkaProducer = { send: async ({ messages }) => messages.length };
    const publisher = new KafkaPublisher(producer, { format: 'cloudevents-binary', source: '/s' });
    export const outcomes: Promise<Outcome[]> = publisher.deliver([]);
    // @ts-expect-error: a key is needed
    new HttpPublisher({ url: 'https://example.org' });`);
}, 60_000);

it('has the outbox at /typeorm, for whoever brings TypeORM', async () => {
  const typeorm = fileURLToPath(new URL('../../../node_modules/typeorm', import.meta.url));
  symlinkSync(typeorm, join(installed.folder, 'node_modules', 'typeorm'));
  const printed = await installed.run(`
    import * as outbox from '@posthorn/publisher/typeorm';
    console.log(Object.keys(outbox).sort().join());`);
  expect(printed.trim()).toBe('OutboxEvent,OutboxRelay,PosthornOutbox1764000000000,addToOutbox');
  await installed.compile(`
    import { HttpPublisher } from '@posthorn/publisher';
    import { addToOutbox, OutboxRelay, PosthornOutbox1764000000000 } from '@posthorn/publisher/typeorm';
    import { DataSource } from 'typeorm';
    const db = new DataSource({ type: 'postgres', migrations: [PosthornOutbox1764000000000] });
    const relay = new OutboxRelay(db, new HttpPublisher({ url: 'https://example.org', apiKey: 'key' }));
    export const added: Promise<string[]> = addToOutbox(db.manager, []);
    relay.start();`);
}, 60_000);
