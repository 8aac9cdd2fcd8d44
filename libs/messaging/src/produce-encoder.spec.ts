import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import './kafka-connection.js';
import { encodeProduce, isUsual, originalEncoding, type ProduceArgs } from './produce-encoder.js';

const nowMs = 1_790_000_000_123;
const require = createRequire(import.meta.url);
const produce = require('kafkajs/src/protocol/requests/produce/index.js') as {
  protocol(of: { version: number }): (args: ProduceArgs) => {
    request: { encode(): Promise<{ buffer: Buffer }> };
  };
};

beforeEach(() => void jest.spyOn(Date, 'now').mockReturnValue(nowMs));
afterEach(() => jest.restoreAllMocks());

/** The same numbers at every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

function randomArgs(seed: number): ProduceArgs {
  const next = numbers(seed);
  const text = (max: number) => {
    const made = ['', 'a', 'ä€𝄞', 'x'.repeat(63), 'y'.repeat(64)][next(5)] + 'z'.repeat(next(max));
    return [made, Buffer.from(made), null][next(3)]!;
  };
  const message = () => ({
    key: text(80),
    value: text([10, 200, 20_000][next(3)]!),
    ...(next(3) === 0 ? {} : { headers: Object.fromEntries(headers(next(4), text)) }),
  });
  const headers = (count: number, of: typeof text) =>
    Array.from({ length: count }, (_, i) => [`h${i}é`, of(200) ?? '']);
  const partitions = () =>
    Array.from({ length: 1 + next(3) }, () => ({
      partition: next(40),
      firstSequence: next(2) ? next(1e6) : 0,
      messages: Array.from({ length: 1 + next(next(4) ? 5 : 200) }, message),
    }));
  return {
    acks: -1,
    timeout: next(60_000),
    transactionalId: next(2) ? null : 'posthorn-cursors-3',
    producerId: next(2) ? 2 ** 40 + next(1e6) : next(100),
    producerEpoch: next(30_000),
    topicData: Array.from({ length: 1 + next(3) }, (_, i) => ({ topic: `t.${i}`, partitions: partitions() })),
  };
}

it('writes what kafkajs writes, byte for byte', async () => {
  for (let seed = 1; seed <= 400; seed++) {
    const args = randomArgs(seed);
    const { buffer } = await originalEncoding(args);
    if (!encodeProduce(args).buffer.equals(buffer)) throw new Error(`seed ${seed} differs`);
  }
});

const of = (message: Record<string, unknown>, more: object = {}) =>
  ({
    topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [message] }] }],
    ...more,
  }) as ProduceArgs;

it.each([
  ['a time of its own', of({ value: 'v', timestamp: '1700000000000' })],
  ['compression', of({ value: 'v' }, { compression: 1 })],
  ['a header twice', of({ value: 'v', headers: { a: ['1', '2'] } })],
  ['a number as value', of({ value: 7 })],
  ['a number as key', of({ key: 7, value: null })],
  ['a header that is null', of({ value: 'v', headers: { a: null } })],
])('leaves a record with %s to kafkajs', (_, args) => {
  expect(isUsual(args)).toBe(false);
});

it('is what kafkajs uses once a connection can be made', async () => {
  const encode = jest.spyOn(Buffer, 'allocUnsafe');
  const args = { ...of({ value: 'v' }), acks: -1, timeout: 1 };
  const { request } = produce.protocol({ version: 7 })(args);
  const { buffer } = await request.encode();
  expect(encode).toHaveBeenCalledWith(buffer.length);
});
