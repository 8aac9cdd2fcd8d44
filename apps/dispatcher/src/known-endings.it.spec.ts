import {
  type AttemptMessage,
  allTopics,
  attemptsTopic,
  type CursorsMessage,
  cursorsTopic,
  dueTopic,
  encodeAttempts,
  encodeCursors,
  encodeDue,
  encodeEvent,
  encodeSubscription,
  laneKey,
  subscriptionsTopic,
  windowKey,
} from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import type { Service } from '@posthorn/runtime';
import { Receiver, testKafka, waitFor } from '@posthorn/testing';
import { startDispatcher, World } from './testing/world.js';

const broker = testKafka();
const tenantId = 'k';
const [url, subscriptionId] = ['http://127.0.0.1', 'sub_k'];
let dispatcher: Service | undefined;
let world: World;
let receiver: Receiver;

beforeAll(async () => {
  const settings = { brokers: broker.brokers, clientId: 'test', topicPrefix: broker.prefix };
  const kafka = new KafkaConnection(settings, () => undefined);
  await kafka.ensureTopics(allTopics.map((topic) => ({ ...topic, partitions: 2 })));
  await kafka.close();
  world = await World.start(broker);
  receiver = await Receiver.start();
}, 60_000);

afterAll(async () => {
  await dispatcher?.stop();
  await receiver.close();
  await world.stop();
  await broker.cleanup();
}, 60_000);

const event = (n: number): string => `evt_${tenantId}_${n}`;

function delivered(n: number, attempt: number): Buffer {
  return encodeAttempts({
    kind: 'attempt',
    ...{ tenantId, subscriptionId, seq: n - 1, eventId: event(n), eventType: 'order.created' },
    ...{ deliveryId: `dlv_${n}`, attempt, outcome: 'delivered', final: true, url, status: 200 },
    ...{ startedAt: 0, durationMs: 1, responseBody: Buffer.alloc(0) },
  } as AttemptMessage);
}

/** A single retry of event `n`, as the token that retry-scheduler hands back. */
function due(n: number, attempt: number): Buffer {
  const value = encodeEvent({
    kind: 'event',
    ...{ id: event(n), tenantId, type: 'order.created', timestamp: '2026-04-15T10:00:01.234Z' },
    ...{ entity: { name: 'order', id: String(n) }, acceptedAt: Date.now(), data: Buffer.from('{}') },
  });
  const ids = { tenantId, subscriptionId, deliveryId: `dlv_${n}`, seq: n - 1 };
  return encodeDue({ kind: 'delivery', ...ids, attempt, dueAt: Date.now(), event: value });
}

it('does not deliver again what was over while short-lived owners wrote windows and no cursors', async () => {
  const [longAgo, now] = [Date.now() - 60_000, Date.now()];
  const ordering = 'unordered' as const;
  const snapshot = world.snapshot({ tenantId, id: subscriptionId, url: receiver.url, ordering });
  await world.publish(tenantId, 1, 40, {}, longAgo);
  // Event 1 was under way all the time; events 2 to 39 were taken, and 40 at its second attempt.
  const taken = Array.from({ length: 38 }, (_, n) => delivered(n + 2, 1));
  await world.send(attemptsTopic.name, tenantId, [...taken, delivered(40, 2)], {}, longAgo + 1_000);
  await world.send(dueTopic.name, tenantId, [due(40, 1)], {}, longAgo);
  const matching = [{ sinceSeq: 0, filter: snapshot.filter }];
  const known = encodeSubscription({ snapshot, matching });
  await world.send(subscriptionsTopic.name, tenantId, [known], {}, now, `${tenantId}/${subscriptionId}`);
  const write = (key: string, message: CursorsMessage): Promise<void> =>
    world.send(cursorsTopic.name, tenantId, [encodeCursors(message)], {}, now, key);
  await write(windowKey, { kind: 'window', next: 40, bitmap: '', at: now });
  const lane = { tenantId, subscriptionId, lane: '0', cursor: 0, attempt: 0, failingSince: null };
  await write(laneKey(tenantId, subscriptionId, '0'), { kind: 'behind', ...lane, since: longAgo });

  dispatcher = await startDispatcher(broker);
  await world.publish(tenantId, 41, 41);
  await receiver.received(2, { timeoutMs: 30_000 });
  await waitFor(() => world.lanes.at(-1) === 'live');
  const ids = receiver.requests.map(({ headers }) => headers['webhook-id']);
  expect(ids.sort()).toEqual([event(1), event(41)]);
}, 60_000);
