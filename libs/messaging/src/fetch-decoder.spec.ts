import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import './kafka-connection.js';
import { decodeFetch } from './fetch-decoder.js';

type Decode = (bytes: Buffer) => Promise<unknown>;
type Made = { response: { decode: Decode } };

const require = createRequire(import.meta.url);
const original = require('kafkajs/src/protocol/requests/fetch/v11/response.js') as { decode: Decode };
const fetch = require('kafkajs/src/protocol/requests/fetch/index.js') as {
  protocol(of: { version: number }): (args: object) => Made;
};

type Header = [string, Buffer | null];
type Rec = { key: Buffer | null; value: Buffer | null; headers?: Header[]; offset: number; time: number };
type Batch = { first: bigint; time?: bigint; attributes?: number; records: Rec[]; magic?: number };
type Part = { sets: Buffer; aborted?: [bigint, bigint][]; stable?: bigint };

function varInt(value: number): Buffer {
  let rest = value < 0 ? BigInt(-value) * 2n - 1n : BigInt(value) * 2n;
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const int = (value: number | bigint, bytes: 1 | 2 | 4 | 8) => {
  const buf = Buffer.alloc(bytes);
  if (bytes === 8) buf.writeBigInt64BE(BigInt(value));
  else buf.writeIntBE(Number(value), 0, bytes);
  return buf;
};
const sized = (bytes: Uint8Array | null): Buffer =>
  bytes ? Buffer.concat([varInt(bytes.length), bytes]) : varInt(-1);
const text = (value: string) => Buffer.concat([int(Buffer.byteLength(value), 2), Buffer.from(value)]);

function recordOf({ key, value, headers = [], offset, time }: Rec): Buffer {
  const named = headers.map(([name, of]) => Buffer.concat([sized(Buffer.from(name)), sized(of)]));
  const parts = [int(0, 1), varInt(time), varInt(offset), sized(key), sized(value), varInt(headers.length)];
  return sized(Buffer.concat([...parts, ...named]));
}

function batchOf({ first, time = 1_790_000_000_123n, attributes = 0, records, magic = 2 }: Batch): Buffer {
  const body = Buffer.concat(records.map(recordOf));
  const numbers = [int(records.length - 1, 4), int(time, 8), int(time + 7n, 8), int(4_242n, 8)];
  const rest = Buffer.concat([
    ...[int(3, 4), int(magic, 1), int(77, 4), int(attributes, 2)],
    ...[...numbers, int(5, 2), int(9, 4), int(records.length, 4)],
    attributes & 7 ? gzipSync(body) : body,
  ]);
  return Buffer.concat([int(first, 8), int(rest.length, 4), rest]);
}

function answerOf(topics: Record<string, Part[]>): Buffer {
  const parts: Buffer[] = [int(50, 4), int(0, 2), int(0, 4), int(Object.keys(topics).length, 4)];
  for (const topic in topics) {
    parts.push(text(topic), int(topics[topic]!.length, 4));
    topics[topic]!.forEach(({ sets, aborted, stable = 90n }, partition) => {
      parts.push(int(partition, 4), int(0, 2), int(100, 8), int(stable, 8), int(-1, 8));
      parts.push(int(aborted ? aborted.length : -1, 4));
      for (const [producer, offset] of aborted ?? []) parts.push(int(producer, 8), int(offset, 8));
      parts.push(int(-1, 4), int(sets.length, 4), sets);
    });
  }
  return Buffer.concat(parts);
}

const plain = (offset: number, size = 10): Rec => ({
  key: Buffer.from(`k${offset}`),
  value: Buffer.alloc(size, offset),
  offset,
  time: offset * 3,
});
const odd: Rec[] = [
  { key: null, value: null, offset: 0, time: -5 },
  { key: Buffer.alloc(0), value: Buffer.alloc(300), offset: 1, time: 3_000_000_000 },
  { key: null, value: Buffer.from('x'), offset: 2_000, time: 0, headers: [['a', null]] },
  {
    key: null,
    value: Buffer.from('y'),
    offset: 2_001,
    time: 0,
    headers: [
      ['ä', Buffer.from('1')],
      ['b', null],
      ['ä', Buffer.from('2')],
      ['ä', Buffer.alloc(0)],
      ['', Buffer.from('no name')],
    ],
  },
];
const few = batchOf({ first: 7n, records: [plain(0), plain(1), plain(2, 20_000)] });
const empty = { sets: Buffer.alloc(0) };

const answers: [string, Buffer][] = [
  ['nothing', answerOf({})],
  ['no records', answerOf({ 'posthorn.events.v1': [empty, { ...empty, stable: -1n }], other: [empty] })],
  ['records of several batches', answerOf({ t: [{ sets: Buffer.concat([few, few]) }, { sets: few }] })],
  ['odd records', answerOf({ t: [{ sets: batchOf({ first: 5_000_000_000n, records: odd }) }] })],
  ['a batch without records', answerOf({ t: [{ sets: batchOf({ first: 1n, records: [] }) }] })],
  ['times of the broker', answerOf({ t: [{ sets: batchOf({ first: 1n, attributes: 8, records: odd }) }] })],
  [
    'transactions',
    answerOf({
      t: [
        {
          sets: Buffer.concat([
            batchOf({ first: 1n, attributes: 16, records: [plain(0)] }),
            batchOf({ first: 2n, attributes: 48, records: [{ ...plain(0), key: Buffer.alloc(4) }] }),
          ]),
          aborted: [[4_242n, 1n]],
        },
      ],
    }),
  ],
  ['a last batch cut off', answerOf({ t: [{ sets: Buffer.concat([few, few.subarray(0, 90)]) }, empty] })],
  ['a few bytes of a last batch', answerOf({ t: [{ sets: Buffer.concat([few, few.subarray(0, 20)]) }] })],
];

it.each(answers)('reads %s as kafkajs does', async (_, bytes) => {
  expect(decodeFetch(bytes)).toEqual(await original.decode(bytes));
});

const proto: Rec = { ...plain(0), headers: [['__proto__', Buffer.from('x')]] };
const unusual: [string, Buffer][] = [
  ['compressed batches', answerOf({ t: [{ sets: batchOf({ first: 1n, attributes: 1, records: odd }) }] })],
  ['offsets beyond 53 bits', answerOf({ t: [{ sets: batchOf({ first: 2n ** 60n, records: [plain(0)] }) }] })],
  ['a header that is no name', answerOf({ t: [{ sets: batchOf({ first: 1n, records: [proto] }) }] })],
];

it.each(unusual)('leaves %s to kafkajs', async (_, bytes) => {
  expect(() => decodeFetch(bytes)).toThrow();
  const { decode } = fetch.protocol({ version: 11 })({ maxWaitTime: 1, topics: [] }).response;
  expect(await decode(bytes)).toEqual(await original.decode(bytes));
});

it('is what kafkajs reads with', async () => {
  const { decode } = fetch.protocol({ version: 11 })({ maxWaitTime: 1, topics: [] }).response;
  expect(decode).not.toBe(original.decode);
  expect(fetch.protocol({ version: 10 })({ maxWaitTime: 1, topics: [] }).response.decode).not.toBe(decode);
  const bytes = answerOf({ t: [{ sets: few }] });
  expect(await decode(bytes)).toEqual(await original.decode(bytes));
});
