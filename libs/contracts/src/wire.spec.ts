import fc from 'fast-check';
import {
  decodeAttempts,
  decodeAuditNote,
  decodeCursors,
  decodeDirectory,
  decodeDue,
  decodeEvents,
  decodeRejected,
  decodeRetry,
  decodeSubscription,
  encodeRejected,
  laneKey,
  laneOfKey,
  partitionsFor,
  rejectedOriginalMaxBytes,
  allTopics,
  UndecodableError,
} from './index.js';
import { decodeParts, encodeParts, joinKey, splitKey } from './wire.js';

const decoders = {
  decodeAttempts,
  decodeAuditNote,
  decodeCursors,
  decodeDirectory,
  decodeDue,
  decodeEvents,
  decodeRejected,
  decodeRetry,
  decodeSubscription,
};

const json = fc.json().map((text) => Buffer.from(text));
const kinds = fc.constantFrom(
  'event',
  'subscription',
  'command',
  'owner',
  'window',
  'due',
  'parked',
  'behind',
  'tenant',
  'key',
  'lane',
  'delivery',
  'attempt',
  'lane-cancelled',
);
/** Heads that look nearly right: the kind is known, the fields are of any type. */
const nearly = fc
  .tuple(
    kinds,
    fc.dictionary(
      fc.constantFrom('tenantId', 'id', 'cursor', 'snapshot', 'seq', '__proto__'),
      fc.jsonValue(),
    ),
  )
  .map(([kind, fields]) => Buffer.from(`${JSON.stringify({ ...fields, kind })}\n{}`));
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

describe.each(Object.entries(decoders))('%s', (_name, decode) => {
  it.each<[string, Buffer | null]>([
    ['a tombstone', null],
    ['nothing', Buffer.alloc(0)],
    ['a line feed', Buffer.from('\n')],
    ['half of an object', Buffer.from('{"kind":"eve')],
    ['a list', Buffer.from('[]\n')],
    ['null', Buffer.from('null')],
    ['a text', Buffer.from('"event"')],
    ['an unknown kind', Buffer.from('{"kind":"constructor"}')],
    [
      'fields that are null',
      Buffer.from('{"kind":"event","id":null,"tenantId":null,"snapshot":null,"topic":null}'),
    ],
    ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['a very deep list', Buffer.from('['.repeat(100_000))],
  ])('refuses %s', (_what, value) => {
    expect(() => decode(value)).toThrow(UndecodableError);
  });

  it('throws nothing but UndecodableError, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, json, nearly), (value) => {
        try {
          expect(typeof decode(value)).toBe('object');
        } catch (error) {
          expect(error).toBeInstanceOf(UndecodableError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('two-part values', () => {
  it('come back whole for any head and any tail', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })),
        bytes,
        (head, tail) => {
          fc.pre(!Object.hasOwn(head, '__proto__'));
          const parts = decodeParts(encodeParts(head, tail));
          expect(parts.head).toEqual({ ...head });
          expect(parts.tail.equals(tail)).toBe(true);
        },
      ),
    );
  });

  it('have an empty tail where there is none', () => {
    expect(decodeParts(encodeParts({ a: 1 }, null)).tail).toHaveLength(0);
    expect(decodeParts(Buffer.from('{"a":1}')).tail).toHaveLength(0);
  });
});

describe('keys', () => {
  it('come back for parts of any characters', () => {
    const part = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(part, part, part, (tenantId, subscriptionId, lane) => {
        expect(splitKey(joinKey(tenantId, subscriptionId, lane))).toEqual([tenantId, subscriptionId, lane]);
        expect(laneOfKey(laneKey(tenantId, subscriptionId, lane))).toEqual({
          tenantId,
          subscriptionId,
          lane,
        });
      }),
    );
  });

  it.each(['_owner', '_window', '_due', ''])('%j names no lane', (key) => {
    expect(laneOfKey(key)).toBeUndefined();
  });

  it.each(['lane/', 'lane/a', 'lane/a/b', 'lane/a/b/c/d', 'lane/%E0%A4%A/b/c'])('%j is refused', (key) => {
    expect(() => laneOfKey(key)).toThrow(UndecodableError);
  });
});

it('cuts a rejected record to what fits the topic, and says so', () => {
  const original = Buffer.alloc(rejectedOriginalMaxBytes + 1, 'x');
  const head = { service: 's', topic: 't', partition: 0, offset: 0, code: 'c', reason: 'r', at: 1 };
  const cut = decodeRejected(encodeRejected({ ...head, original }));
  expect(cut.original).toHaveLength(rejectedOriginalMaxBytes);
  expect(cut.truncated).toBe(true);
  const whole = decodeRejected(encodeRejected({ ...head, original: original.subarray(1) }));
  expect(whole.original).toHaveLength(rejectedOriginalMaxBytes);
  expect(whole).not.toHaveProperty('truncated');
});

it('keeps events longer than they live, and what is keyed by tenant co-partitioned', () => {
  const byPartitions = (partitions: number) =>
    Object.fromEntries(allTopics.map((topic) => [topic.name, partitionsFor(topic, partitions)]));
  expect(byPartitions(16)).toEqual({
    'inbox.v1': 16,
    'events.v1': 16,
    'cursors.v1': 16,
    'subscriptions.v1': 16,
    'directory.v1': 1,
    'key-uses.v1': 1,
    'audit-notes.v1': 1,
    'retries.v1': 16,
    'due.v1': 16,
    'attempts.v1': 16,
    'rejected.v1': 1,
  });
});
