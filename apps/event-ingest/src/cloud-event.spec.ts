import { checkBinaryCloudEvent, checkStructuredCloudEvent, decodeHeaderValue } from './cloud-event.js';
import { type Checked, draftId } from './draft.js';

const json = Buffer.from('{"n":1.0}');
const attributes = {
  specversion: '1.0',
  id: 'ce-1',
  source: '/shop',
  type: 'order.created',
  tenantid: 'vendor-17',
  subject: 'order/o1',
  time: '2026-04-15T10:00:01.234Z',
};
const draft = {
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id: 'o1' },
  timestamp: '2026-04-15T10:00:01.234Z',
  explicitId: 'ce-1',
  source: '/shop',
  data: json,
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
const faultsOf = (checked: Checked) =>
  checked.kind === 'faulty' ? checked.faults.map(({ pointer, detail }) => `${pointer} ${detail}`) : [];

describe('structured', () => {
  const check = (change: object, data: Buffer = Buffer.alloc(0)) =>
    checkStructuredCloudEvent({ ...attributes, ...change }, data);

  it.each<[string, object, Buffer, object]>([
    ['all attributes', { data: {} }, json, {}],
    ['no data', {}, Buffer.alloc(0), { data: Buffer.alloc(0) }],
    [
      'JSON by another name',
      { datacontenttype: 'application/vnd.shop+json; charset=utf-8', data: 1 },
      json,
      {},
    ],
    [
      'extensions nobody here knows',
      { traceparent: 'x', sequence: 17, partitionkey: 'y', data: 1 },
      json,
      {},
    ],
    [
      'attributes that are null',
      { dataschema: null, datacontenttype: null, data_base64: null, data: 1 },
      json,
      {},
    ],
    ['no subject', { subject: undefined, data: 1 }, json, { entity: null }],
    ['a subject that is null', { subject: null, data: 1 }, json, { entity: null }],
    [
      'an entity id with slashes',
      { subject: 'order/a/b/', data: 1 },
      json,
      { entity: { name: 'order', id: 'a/b/' } },
    ],
    ['data in base64', { data_base64: base64('{"n":1.0}') }, Buffer.alloc(0), {}],
    [
      'base64 of spaced data',
      { data_base64: base64(' {"n":1.0}\n'), datacontenttype: 'application/json' },
      Buffer.alloc(0),
      {},
    ],
    ['empty base64', { data_base64: '' }, Buffer.alloc(0), { data: Buffer.alloc(0) }],
    [
      'no data of a foreign type',
      { datacontenttype: 'image/png' },
      Buffer.alloc(0),
      { data: Buffer.alloc(0) },
    ],
  ])('accepts %s', (_what, change, data, expected) => {
    const places = { tenantId: '/tenantid', type: '/type', entity: '/subject' };
    expect(check(change, data)).toEqual({ kind: 'draft', draft: { ...draft, ...expected }, places });
  });

  it.each<[object, Buffer, RegExp]>([
    [{ specversion: undefined }, json, /^\/specversion must be 1\.0/],
    [{ specversion: '0.3' }, json, /^\/specversion must be 1\.0/],
    [{ specversion: 1.0 }, json, /^\/specversion must be 1\.0/],
    [{ id: undefined }, json, /^\/id is required/],
    [{ id: '' }, json, /^\/id must have/],
    [{ source: undefined }, json, /^\/source is required/],
    [{ source: 'x'.repeat(1001) }, json, /^\/source must have 1 to 1000/],
    [{ type: 'a b' }, json, /^\/type must be a dotted/],
    [{ type: 'posthorn.x' }, json, /^\/type must not begin with posthorn\./],
    [{ tenantid: undefined }, json, /^\/tenantid is required/],
    [{ time: undefined }, json, /^\/time is required/],
    [{ time: null }, json, /^\/time is required/],
    [{ time: 'yesterday' }, json, /^\/time must be an RFC 3339/],
    [{ subject: 'order' }, json, /^\/subject must be <entity name>\/<entity id>/],
    [{ subject: '/o1' }, json, /^\/subject must be/],
    [{ subject: 'order/' }, json, /^\/subject must be/],
    [{ subject: 17 }, json, /^\/subject must be/],
    [{ tenantId: 'vendor-17' }, json, /^\/tenantId is not a known field/],
    [{ entity: {}, Data: 1 }, json, /^\/Data is not a known field/],
    [{ datacontenttype: 'text/xml' }, Buffer.from('"<a/>"'), /^\/datacontenttype must be JSON/],
    [
      { datacontenttype: 'image/png', data_base64: base64('{}') },
      Buffer.alloc(0),
      /^\/datacontenttype must be JSON/,
    ],
    [{ data_base64: 'a' }, Buffer.alloc(0), /^\/data_base64 must be base64/],
    [{ data_base64: '$$$$' }, Buffer.alloc(0), /^\/data_base64 must be base64/],
    [{ data_base64: 17 }, Buffer.alloc(0), /^\/data_base64 must be base64/],
    [{ data_base64: base64('nonsense') }, Buffer.alloc(0), /^\/data_base64 data must be JSON$/],
    [{ data_base64: Buffer.from([0x22, 0xff, 0x22]).toString('base64') }, Buffer.alloc(0), /JSON in UTF-8/],
    [{ data_base64: base64('['.repeat(300) + ']'.repeat(300)) }, Buffer.alloc(0), /nested too deep/],
    [{ data_base64: base64('{}'), data: {} }, json, /^\/data_base64 must not stand beside data/],
  ])('refuses %j', (change, data, fault) => {
    expect(faultsOf(check(change, data))).toEqual([expect.stringMatching(fault)]);
  });

  it.each([[[]], [null], ['x']])('refuses %j in place of an event', (value) => {
    expect(faultsOf(checkStructuredCloudEvent(value, json))).toEqual([' must be an object']);
  });
});

describe('binary', () => {
  const check = (change: object, body: Buffer = json) =>
    checkBinaryCloudEvent({ ...attributes, ...change }, body, (name) => `ce-${name}`);

  it.each<[string, object, Buffer, object]>([
    ['attributes and JSON', { datacontenttype: 'application/json' }, json, {}],
    ['no content type', {}, json, {}],
    ['no body', { datacontenttype: 'image/png' }, Buffer.alloc(0), { data: Buffer.alloc(0) }],
    ['white space around the body', {}, Buffer.from('\n{"n":1.0} '), {}],
    ['white space alone', {}, Buffer.from(' \n'), { data: Buffer.alloc(0) }],
  ])('accepts %s', (_what, change, body, expected) => {
    const places = { tenantId: 'ce-tenantid', type: 'ce-type', entity: 'ce-subject' };
    expect(check(change, body)).toEqual({ kind: 'draft', draft: { ...draft, ...expected }, places });
  });

  it.each<[object, Buffer, string]>([
    [
      { datacontenttype: 'text/plain' },
      json,
      'ce-datacontenttype must be JSON: data of other types is not carried',
    ],
    [{}, Buffer.from('{'), ' data must be JSON'],
    [{}, Buffer.from([0xff]), ' data must be JSON in UTF-8'],
    [{}, Buffer.from('['.repeat(257) + ']'.repeat(257)), ' data is nested too deep'],
    [{ tenantid: undefined }, json, 'ce-tenantid is required'],
    [{ subject: 'x' }, json, 'ce-subject must be <entity name>/<entity id>'],
  ])('refuses %j', (change, body, fault) => {
    expect(faultsOf(check(change, body))).toEqual([fault]);
  });
});

it('is identified by source and id, whatever else it says', () => {
  const idOf = (change: object) => {
    const checked = checkStructuredCloudEvent({ ...attributes, ...change }, json);
    return checked.kind === 'draft' ? draftId(checked.draft) : undefined;
  };
  expect(idOf({ type: 'other', subject: 'x/y' })).toBe(idOf({}));
  expect(
    new Set([idOf({}), idOf({ source: '/other' }), idOf({ id: 'ce-2' }), idOf({ tenantid: 't' })]).size,
  ).toBe(4);
});

// CloudEvents HTTP binding, section 3.1.3.2, with its own example.
it.each<[string, string | undefined]>([
  ['plain', 'plain'],
  ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
  ['%2525', '%25'],
  ['a+b', 'a+b'],
  ['"Euro \\"x\\" \\\\ %41"', 'Euro "x" \\ A'],
  ['"open', '"open'],
  ['', ''],
  ['100%', undefined],
  ['%zz', undefined],
  ['%ff', undefined],
  ['caf\u00e9', undefined],
])('a header value %j means %j', (text, expected) => {
  expect(decodeHeaderValue(text)).toBe(expected);
});
