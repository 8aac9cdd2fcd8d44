import {
  batchJson,
  binaryRecord,
  cloudEvent,
  cloudEventBatchType,
  cloudEventType,
  EventError,
  type EventInput,
  plainJson,
  plainWebhookId,
  readyEvent,
  structuredJson,
} from '@posthorn/publisher';
import fc from 'fast-check';
import { type Checked, draftId } from './draft.js';
import { publicationOf } from './http-events.js';
import { checkInboxRecord } from './inbox-event.js';

// The kit repeats the front door's rules, because it may not import them. These hold the two together.

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const short = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const name = fc.oneof(
  short,
  oneOf('', 'a\u0000', '\ud800', 'x'.repeat(200), 'x'.repeat(201), '😀'.repeat(200)),
);
const times = [
  '2026-04-15T10:00:01.234Z',
  '2024-02-29t23:59:59+14:00',
  '2026-02-29T00:00:00Z',
  '2026-04-15T10:00:60Z',
  '2026-04-15 10:00:00Z',
  '0000-01-01T00:00:00Z',
  '',
];
const wrong = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 12, arbitrary: good as fc.Arbitrary<unknown> },
    oneOf<unknown>(null, 7, [], {}, undefined),
  );

/** Mostly right, and in each field now and then wrong. */
const anyInput = fc.record({
  tenantId: wrong(name),
  type: wrong(oneOf('order.created', 'a', 'ö.1', 'a..b', '.a', 'a b', 'posthorn.x', 'a.*', 'x/y:z-_')),
  timestamp: wrong(oneOf(...times)),
  entity: wrong(fc.oneof(fc.record({ name, id: name }), oneOf({ name: 'a' }, { name: 'a', id: 'b', c: 1 }))),
  id: wrong(fc.option(name, { nil: undefined })),
  data: fc.option(fc.jsonValue(), { nil: undefined }),
});
const goodInput = fc.record({
  tenantId: short.filter(isText),
  type: oneOf('order.created', 'ö.1'),
  timestamp: oneOf(times[0], times[1]),
  entity: fc.record({
    name: short.filter((text) => isText(text) && !text.includes('/')),
    id: short.filter(isText),
  }),
  id: fc.option(short.filter(isText), { nil: undefined }),
  data: fc.option(fc.jsonValue(), { nil: undefined }),
});

function isText(text: string): boolean {
  return !/[\p{Cc}\p{Cs}]/u.test(text);
}

function kitFaults(input: unknown): string[] {
  try {
    readyEvent(input as EventInput);
    return [];
  } catch (error) {
    if (error instanceof EventError) return error.faults.map(({ pointer }) => pointer).sort();
    throw error;
  }
}

function doorFaults(checked: Checked): string[] {
  if (checked.kind === 'too-large') return [''];
  return checked.kind === 'faulty' ? checked.faults.map(({ pointer }) => pointer).sort() : [];
}

function draftOf(checked: Checked) {
  if (checked.kind !== 'draft') throw new Error(`not a draft: ${JSON.stringify(checked)}`);
  return checked.draft;
}

const posted = (body: string, contentType: string) =>
  publicationOf({
    headers: { 'content-type': contentType },
    parsed: JSON.parse(body),
    bytes: Buffer.from(body),
  });

it('the kit finds the faults that the front door would', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const value = Buffer.from(JSON.stringify(input));
      expect(kitFaults(input)).toEqual(doorFaults(checkInboxRecord({ value, headers: {} })));
    }),
    { numRuns: 2_000 },
  );
});

it.each([254, 255, 256, 300])('and draws the line of nesting where it does: %d', (depth) => {
  const data: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  const input = { tenantId: 't', type: 'a', timestamp: times[0], id: 'x', data };
  const value = Buffer.from(JSON.stringify(input));
  const isRefused = doorFaults(checkInboxRecord({ value, headers: {} })).length > 0;
  expect([kitFaults(input).length > 0, isRefused]).toEqual([depth > 255, depth > 255]);
});

it.each([-1, 0, 1])('and of size: 256 KiB and %d', (more) => {
  const input = { tenantId: 't', type: 'a', timestamp: times[0], id: 'x', data: '' };
  input.data = 'x'.repeat(256 * 1024 - JSON.stringify(input).length + more);
  const value = Buffer.from(JSON.stringify(input));
  expect(kitFaults(input)).toEqual(doorFaults(checkInboxRecord({ value, headers: {} })));
  expect(kitFaults(input)).toHaveLength(more > 0 ? 1 : 0);
});

it('what the kit writes is taken as it was meant, under the id that it foretells, in every format', () => {
  fc.assert(
    fc.property(goodInput, (input) => {
      const event = readyEvent(input as EventInput);
      const { tenantId, type, timestamp, entity } = event;
      const meant = { tenantId, type, timestamp, entity };
      const data = event.data ?? '';

      const json = plainJson(event);
      const plain = [
        checkInboxRecord({ value: Buffer.from(json), headers: {} }),
        posted(`[${json}]`, 'application/json').members[0],
      ].map(draftOf);
      for (const draft of plain) {
        expect(draft).toMatchObject(meant);
        expect([draft.data.toString(), draftId(draft)]).toEqual([data, plainWebhookId(event)]);
      }

      const cloud = cloudEvent(event, { source: '/shop' });
      const { headers, value } = binaryRecord(cloud);
      const clouds = [
        checkInboxRecord({
          value: Buffer.from(structuredJson(cloud)),
          headers: { 'content-type': cloudEventType },
        }),
        checkInboxRecord({ value: value === null ? null : Buffer.from(value), headers }),
        posted(batchJson([cloud, cloud]), cloudEventBatchType).members[1],
      ].map(draftOf);
      for (const draft of clouds) {
        expect(draft).toMatchObject({ ...meant, source: '/shop' });
        expect([draft.data.toString(), draftId(draft)]).toEqual([data, cloud.webhookId]);
      }
    }),
    { numRuns: 500 },
  );
});
