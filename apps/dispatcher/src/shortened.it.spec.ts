import { eventsTopic } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import type { Service } from '@posthorn/runtime';
import { type ReceivedRequest, Receiver, testKafka, waitFor } from '@posthorn/testing';
import { startDispatcher, World } from './testing/world.js';

const broker = testKafka();
let kafka: KafkaConnection;
let dispatcher: Service;
let world: World;
let receiver: Receiver;

beforeAll(async () => {
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  kafka = new KafkaConnection(settings, () => undefined);
  dispatcher = await startDispatcher(broker);
  world = await World.start(broker);
  receiver = await Receiver.start();
  await waitFor(async () => (await fetch(`${dispatcher.url}/health/ready`)).status === 200, {
    timeoutMs: 30_000,
  });
}, 60_000);

afterAll(async () => {
  await receiver.close();
  await world.stop();
  await dispatcher.stop();
  await kafka.close();
  await broker.cleanup();
}, 60_000);

/** A broker that comes back with less than it had acknowledged; no client is told. */
async function loseEvents(): Promise<void> {
  const admin = await kafka.admin();
  const name = kafka.topicName(eventsTopic.name);
  await admin.deleteTopics({ topics: [name] });
  await waitFor(async () => !(await admin.listTopics()).includes(name));
  await kafka.ensureTopics([{ ...eventsTopic, partitions: 2 }]);
}

const ids = (tenantId: string): string[] =>
  receiver.requests.map(({ headers }) => String(headers['webhook-id'])).filter((id) => id.includes(tenantId));

/** Delivered, and that is recorded. */
async function over(tenantId: string, count: number): Promise<void> {
  const matching = ({ headers }: ReceivedRequest): boolean =>
    String(headers['webhook-id']).includes(`_${tenantId}_`);
  await receiver.received(count, { matching });
  const isOf = (one: (typeof world.attempts)[number]): boolean => one.tenantId === tenantId;
  await waitFor(() => world.attempts.filter(isOf).length >= count);
}

it('delivers what is accepted after the log lost its tail while its owner runs', async () => {
  await world.subscribe(world.snapshot({ tenantId: 'a', id: 'sub_a', url: receiver.url }));
  await world.publish('a', 1, 5);
  await over('a', 5);
  await loseEvents();
  // Not even what comes before anybody notices is passed over.
  await world.publish('a', 6, 8);
  await waitFor(() => ['evt_a_6', 'evt_a_7', 'evt_a_8'].every((id) => ids('a').includes(id)), {
    timeoutMs: 40_000,
  });
  // One that was lost with the tail and is published again, at another offset, is no repeat.
  await world.publish('a', 2, 2);
  await waitFor(() => ids('a').filter((id) => id === 'evt_a_2').length === 2, { timeoutMs: 20_000 });
}, 90_000);

it('delivers what came after the tail was lost when its owner starts, also beyond where it stood', async () => {
  await world.subscribe(world.snapshot({ tenantId: 'b', id: 'sub_b', url: receiver.url }));
  await world.publish('b', 1, 5);
  await over('b', 5);
  await dispatcher.stop();
  await loseEvents();
  // Later than any clock is ahead of another.
  await world.publish('b', 6, 25, {}, Date.now() + 60_000);
  dispatcher = await startDispatcher(broker);
  const came = Array.from({ length: 20 }, (_, n) => `evt_b_${6 + n}`);
  await waitFor(() => came.every((id) => ids('b').includes(id)), { timeoutMs: 40_000 });
}, 90_000);
