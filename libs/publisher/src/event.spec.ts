import { EventError, type EventInput, plainJson, plainWebhookId, readyEvent, readyEvents } from './event.js';

const good: EventInput = {
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id: 'o1' },
  timestamp: '2026-04-15T10:00:01.234Z',
  data: { b: 1, a: 'ä' },
};

function faultsOf(input: unknown): string[] {
  try {
    readyEvent(input as EventInput);
    return [];
  } catch (error) {
    if (!(error instanceof EventError)) throw error;
    return error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
  }
}

it('is written once, in Posthorn’s format', () => {
  const json =
    '{"tenantId":"vendor-17","type":"order.created","entity":{"name":"order","id":"o1"},"timestamp":"2026-04-15T10:00:01.234Z"';
  expect(plainJson(readyEvent(good))).toBe(`${json},"data":{"b":1,"a":"ä"}}`);
  expect(plainJson(readyEvent({ ...good, data: undefined }))).toBe(`${json}}`);
  expect(plainJson(readyEvent({ ...good, data: null, id: 'x' }))).toBe(`${json},"id":"x","data":null}`);
  const withoutEntity = { ...good, entity: undefined, id: 'x', data: [] };
  expect(JSON.parse(plainJson(readyEvent(withoutEntity)))).toEqual({
    tenantId: 'vendor-17',
    type: 'order.created',
    timestamp: good.timestamp,
    id: 'x',
    data: [],
  });
});

it('writes a Date with its milliseconds', () => {
  const event = readyEvent({ ...good, timestamp: new Date('2026-04-15T10:00:01.234Z') });
  expect(event.timestamp).toBe('2026-04-15T10:00:01.234Z');
  expect(plainWebhookId(event)).toBe(plainWebhookId(readyEvent(good)));
});

it('keeps what is only for the way apart from what the event is', () => {
  const traced = readyEvent({ ...good, trace: { traceparent: '00-a-b-01', tracestate: 'x=y' } });
  expect(traced.trace).toEqual({ traceparent: '00-a-b-01', tracestate: 'x=y' });
  expect([plainJson(traced), plainWebhookId(traced)]).toEqual([
    plainJson(readyEvent(good)),
    plainWebhookId(readyEvent(good)),
  ]);
});

const circle: unknown[] = [];
circle.push(circle);
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

it.each<[string, unknown, string[]]>([
  ['no object', 'order', [' must be an object']],
  ['a typing error', { ...good, tenant: 'x' }, ['/tenant is not a known field']],
  [
    'nothing at all',
    {},
    [
      '/tenantId is required',
      '/type is required',
      '/timestamp is required',
      '/entity is required where there is no id',
    ],
  ],
  [
    'a type with a star',
    { ...good, type: 'order.*' },
    ['/type must be a dotted name of letters, digits, _, -, : and /'],
  ],
  [
    'a type of Posthorn’s',
    { ...good, type: 'posthorn.x' },
    ['/type must not begin with posthorn.: such events are Posthorn’s own'],
  ],
  [
    'a local time',
    { ...good, timestamp: '2026-04-15T10:00:01' },
    ['/timestamp must be an RFC 3339 date and time with an offset, or a Date'],
  ],
  [
    'no date',
    { ...good, timestamp: new Date(NaN) },
    ['/timestamp must be an RFC 3339 date and time with an offset, or a Date'],
  ],
  [
    'the 30th of February',
    { ...good, timestamp: '2026-02-30T10:00:01Z' },
    ['/timestamp must be an RFC 3339 date and time with an offset, or a Date'],
  ],
  ['a long id', { ...good, id: 'x'.repeat(201) }, ['/id must have 1 to 200 characters']],
  [
    'a control character',
    { ...good, id: 'a\nb' },
    ['/id must not hold control characters or halves of surrogate pairs'],
  ],
  ['an entity without id', { ...good, entity: { name: 'order' } }, ['/entity/id is required']],
  [
    'an entity with more',
    { ...good, entity: { name: 'a', id: 'b', x: 1 } },
    ['/entity/x is not a known field'],
  ],
  ['a circle', { ...good, data: circle }, ['/data cannot be written as JSON']],
  ['a bigint', { ...good, data: 1n }, ['/data cannot be written as JSON']],
  ['a function', { ...good, data: () => 1 }, ['/data cannot be written as JSON']],
  ['256 levels of data', { ...good, data: nested(256) }, ['/data is nested too deep']],
  ['255 levels of data', { ...good, data: nested(255) }, []],
  ['brackets in a text', { ...good, data: '\\"['.repeat(300) }, []],
  ['too much', { ...good, data: 'x'.repeat(256 * 1024) }, [' is larger than 256 KiB']],
  [
    'a trace with a line break',
    { ...good, trace: { traceparent: 'a\r\nb' } },
    ['/trace must be { traceparent, tracestate? }, texts of at most 1,024 characters'],
  ],
])('%s', (_name, input, expected) => {
  expect(faultsOf(input)).toEqual(expected);
});

it('takes all of a list or nothing, and says which are wrong', () => {
  expect(readyEvents([good, good])).toHaveLength(2);
  const bad = { ...good, type: '' };
  expect(() => readyEvents([good, bad, good, bad])).toThrow(
    new EventError([
      { pointer: '/1/type', detail: 'must have 1 to 200 characters' },
      { pointer: '/3/type', detail: 'must have 1 to 200 characters' },
    ]),
  );
});
