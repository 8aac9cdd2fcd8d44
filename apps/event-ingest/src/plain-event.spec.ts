import type { Fault } from './draft.js';
import { draftId } from './draft.js';
import { checkPlainEvent } from './plain-event.js';

const data = Buffer.from('{"a":1.0}');
const good = {
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id: 'o1' },
  timestamp: '2026-04-15T10:00:01.234Z',
};

const check = (change: object) => checkPlainEvent({ ...good, ...change }, data);
const faultsOf = (change: object): Fault[] => {
  const checked = check(change);
  return checked.kind === 'faulty' ? checked.faults : [];
};

describe('accepts', () => {
  it.each<[string, object]>([
    ['the documented event', {}],
    ['data of any kind', { data: null }],
    ['an id beside the entity', { id: 'x' }],
    ['an id in its place', { id: 'x', entity: undefined }],
    ['a tenant of any characters', { tenantId: '596ad63d / ü ✓ 🔧' }],
    ['200 characters, however many units they take', { tenantId: '🔧'.repeat(200) }],
    ['ids that look like names of the language', { tenantId: '__proto__', id: 'constructor' }],
    ['a type of one segment', { type: 'ping' }],
    ['umlauts in a type', { type: 'Geschäftspartner.create' }],
    ['a type as CloudEvents write them', { type: 'com.github.pull_request:v1/x-y' }],
    ['an offset', { timestamp: '2026-04-15T10:00:01+02:00' }],
    ['nanoseconds', { timestamp: '2026-04-15T10:00:01.123456789-11:30' }],
    ['small letters, as RFC 3339 allows', { timestamp: '2026-04-15t10:00:01z' }],
    ['a leap day', { timestamp: '2024-02-29T00:00:00Z' }],
  ])('%s', (_what, change) => {
    expect(faultsOf(change)).toEqual([]);
  });

  it('keeps everything as it was written', () => {
    const written = { tenantId: ' a ', type: 'A.b', timestamp: '2026-04-15T10:00:01.100+02:00', id: 'Ä' };
    expect(check(written)).toEqual({
      kind: 'draft',
      draft: {
        tenantId: ' a ',
        type: 'A.b',
        entity: good.entity,
        timestamp: '2026-04-15T10:00:01.100+02:00',
        explicitId: 'Ä',
        source: undefined,
        data,
      },
    });
  });
});

describe('refuses', () => {
  it.each<[object, string, RegExp]>([
    [{ tenantId: undefined }, '/tenantId', /required/],
    [{ tenantId: '' }, '/tenantId', /1 to 200/],
    [{ tenantId: 'x'.repeat(201) }, '/tenantId', /1 to 200/],
    [{ tenantId: '🔧'.repeat(201) }, '/tenantId', /1 to 200/],
    [{ tenantId: 17 }, '/tenantId', /text/],
    [{ tenantId: null }, '/tenantId', /text/],
    [{ tenantId: ['a'] }, '/tenantId', /text/],
    [{ tenantId: 'a\u0000b' }, '/tenantId', /control/],
    [{ tenantId: 'a\nb' }, '/tenantId', /control/],
    [{ tenantId: 'a\ud800' }, '/tenantId', /surrogate/],
    [{ type: undefined }, '/type', /required/],
    [{ type: 'order created' }, '/type', /dotted/],
    [{ type: 'order.*' }, '/type', /dotted/],
    [{ type: '.created' }, '/type', /dotted/],
    [{ type: 'order.' }, '/type', /dotted/],
    [{ type: 'a..b' }, '/type', /dotted/],
    [{ type: 'x'.repeat(201) }, '/type', /1 to 200/],
    [{ type: 'posthorn.subscription.failing' }, '/type', /must not begin with posthorn\./],
    [{ timestamp: undefined }, '/timestamp', /required/],
    [{ timestamp: 1776247201 }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:00:01' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15 10:00:01Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-31T10:00:01Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2025-02-29T10:00:01Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-13-01T10:00:01Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T24:00:00Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:60:00Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:00:60Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:00:00+24:00' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:00:00.1234567890Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '0000-01-01T00:00:00Z' }, '/timestamp', /RFC 3339/],
    [{ timestamp: '2026-04-15T10:00:00Z\n' }, '/timestamp', /RFC 3339/],
    [{ entity: undefined }, '/entity', /required where there is no id/],
    [{ entity: null }, '/entity', /object/],
    [{ entity: 'order/o1' }, '/entity', /object/],
    [{ entity: ['order', 'o1'] }, '/entity', /object/],
    [{ entity: { name: 'order' } }, '/entity/id', /required/],
    [{ entity: { name: 'order', id: 7 } }, '/entity/id', /text/],
    [{ entity: { id: 'o1' } }, '/entity/name', /required/],
    [{ entity: { name: 'order', id: 'x'.repeat(201) } }, '/entity/id', /1 to 200/],
    [{ entity: { name: 'order', id: 'o1', kind: 'x' } }, '/entity/kind', /not a known field/],
    [{ id: '' }, '/id', /1 to 200/],
    [{ id: null }, '/id', /text/],
    [{ tenant: 'x' }, '/tenant', /not a known field/],
    [{ 'a/b~c': 'x' }, '/a~1b~0c', /not a known field/],
  ])('%j at %s', (change, pointer, detail) => {
    expect(faultsOf(change)).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }]);
  });

  it.each([[[]], [null], ['text'], [17], [true]])('%j in place of an event', (value) => {
    expect(checkPlainEvent(value, data)).toEqual({
      kind: 'faulty',
      faults: [{ pointer: '', detail: 'must be an object' }],
    });
  });

  it('__proto__ by name, and is not reached by it', () => {
    const text =
      '{"__proto__":{"tenantId":"x"},"entity":{"__proto__":{"name":"x"},"id":"1"},"constructor":1}';
    const checked = checkPlainEvent(JSON.parse(text), data);
    const pointers = checked.kind === 'faulty' ? checked.faults.map(({ pointer }) => pointer) : [];
    expect(pointers).toEqual(
      expect.arrayContaining([
        '/__proto__',
        '/constructor',
        '/entity/__proto__',
        '/entity/name',
        '/tenantId',
      ]),
    );
    expect(Object.prototype).not.toHaveProperty('tenantId');
  });

  it('names every wrong field, but not without end', () => {
    expect(faultsOf({ tenantId: 1, type: '', timestamp: 'x', entity: 1 })).toHaveLength(4);
    const many = Object.fromEntries([...Array(5_000).keys()].map((i) => [`f${i}`, i]));
    expect(faultsOf(many).length).toBeLessThanOrEqual(20);
    const [{ pointer }] = faultsOf({ [`\ud800${'y'.repeat(100_000)}`]: 1 });
    expect(pointer.length).toBeLessThan(200);
    expect(Buffer.from(pointer).toString()).toBe(pointer);
  });
});

describe('the id of an event', () => {
  const idOf = (change: object) => {
    const checked = check(change);
    return checked.kind === 'draft' ? draftId(checked.draft) : undefined;
  };

  it('is the same for the same event, and for whatever else stands beside an explicit id', () => {
    expect(idOf({})).toBe(idOf({ data: 'not looked at: the bytes are' }));
    expect(idOf({ id: 'x' })).toBe(idOf({ id: 'x', entity: undefined, timestamp: '2020-01-01T00:00:00Z' }));
  });

  it('differs where the events do', () => {
    const ids = [
      idOf({}),
      idOf({ id: 'x' }),
      idOf({ timestamp: '2026-04-15T10:00:01.235Z' }),
      idOf({ type: 'b' }),
    ];
    expect(new Set(ids).size).toBe(4);
  });
});
