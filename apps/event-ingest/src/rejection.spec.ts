import { decodeRejected, rejectedOriginalMaxBytes, rejectedTopic } from '@posthorn/contracts';
import { rejectionOf } from './rejection.js';

const place = { topic: 'posthorn.inbox.v1', partition: 3 };
const why = { code: 'invalid-event', reason: 'r' } as const;
const record = { offset: 7, timestamp: 0, key: null, value: null, headers: {} };

it('keeps what a person needs to find and repair the record', () => {
  const given = {
    ...record,
    key: Buffer.from('k'),
    value: Buffer.from('{'),
    headers: { a: Buffer.from('ü'), b: undefined },
  };
  const out = rejectionOf(given, place, why, 42);
  expect(out).toMatchObject({ topic: rejectedTopic.name, partition: 0, key: null });
  expect(decodeRejected(out.value as Buffer)).toEqual({
    service: 'event-ingest',
    ...place,
    ...why,
    offset: 7,
    at: 42,
    key: 'k',
    headers: { a: 'ü', b: '' },
    original: Buffer.from('{'),
  });
});

it('leaves out what there is not', () => {
  const decoded = decodeRejected(rejectionOf(record, place, why, 42).value as Buffer);
  expect(decoded).not.toHaveProperty('key');
  expect(decoded).not.toHaveProperty('headers');
  expect(decoded.original).toHaveLength(0);
});

it('fits into a message, however large the record is and however badly it escapes', () => {
  const nasty = '\u0000'.repeat(100_000);
  const headers = Object.fromEntries(
    [...Array(1_000).keys()].map((i) => [`${i}${nasty}`, Buffer.from(nasty)]),
  );
  const worst = {
    ...record,
    key: Buffer.from(nasty),
    value: Buffer.alloc(2 * rejectedOriginalMaxBytes, 'x'),
    headers,
  };
  const { value } = rejectionOf(worst, place, { code: 'too-large', reason: 'x'.repeat(1_000) }, 42);
  expect((value as Buffer).length).toBeLessThan(rejectedTopic.maxMessageBytes - 16 * 1024);
  expect(decodeRejected(value as Buffer).original).toHaveLength(rejectedOriginalMaxBytes);
});
