import type { BatchProducer } from '@posthorn/messaging';
import { Outbox, producerBounds } from './outbox.js';

type Producer = Pick<BatchProducer, 'offer' | 'queuedRecords' | 'queuedBytes' | 'state'>;

const bounds = { maxRecords: 100, maxBytes: 1_000 };
const hasRoom = (over: Partial<Producer>, underWay = 0): boolean =>
  new Outbox({ offer: () => true, queuedRecords: 0, queuedBytes: 0, state: 'up', ...over }, bounds).hasRoom(
    underWay,
  );

it.each<[string, Partial<Producer>, number, boolean]>([
  ['while there is room', {}, 10, true],
  ['not while Kafka takes nothing: its outcome might be lost with this process', { state: 'down' }, 0, false],
  ['not when outcomes of what is under way would fill the queue', {}, 50, false],
  ['not when the queue is nearly full of records', { queuedRecords: 99 }, 0, false],
  ['not when it is nearly full of bytes', { queuedBytes: 800 }, 0, false],
])('a request is started %s', (_, producer, underWay, expected) => {
  expect(hasRoom(producer, underWay)).toBe(expected);
});

it.each([100, 8_000, 20_000])(
  'has room for all of %i requests under way, and for what waits for Kafka',
  (max) => {
    const producer: Producer = { offer: () => true, queuedRecords: max, queuedBytes: 0, state: 'up' };
    expect(new Outbox(producer, producerBounds(max)).hasRoom(max - 1)).toBe(true);
  },
);
