import {
  asksForOperational,
  compileFilter,
  entryAt,
  type Filter,
  foldMatching,
  type MatchingEntry,
} from './matching.js';

const types = (...list: string[]): Filter => ({ types: list });
const entities = (...list: [string, ...string[]][]): Filter => ({
  entities: list.map(([name, ...changes]) => ({ name, changes })),
});

describe('filters by type', () => {
  it.each<[string[], string, boolean]>([
    [['order.created'], 'order.created', true],
    [['order.created'], 'order.updated', false],
    [['order.created'], 'order.created.v2', false],
    [['order.created'], 'Order.created', false],
    [['a', 'b'], 'b', true],
    [[], 'a', false],
    [['*'], 'anything.at.all', true],
    [['*'], 'one', true],
    // The last segment `*` is one or more.
    [['order.*'], 'order.created', true],
    [['order.*'], 'order.line.added', true],
    [['order.*'], 'order', false],
    [['order.*'], 'orders.created', false],
    // Elsewhere it is exactly one.
    [['*.created'], 'order.created', true],
    [['*.created'], 'order.line.created', false],
    [['*.created'], 'created', false],
    [['a.*.c'], 'a.b.c', true],
    [['a.*.c'], 'a.b.b.c', false],
    [['a.*.c.*'], 'a.b.c.d.e', true],
    [['*.*'], 'a.b', true],
    [['*.*'], 'a', false],
    // A star inside a segment is a letter like any other.
    [['ord*.created'], 'order.created', false],
    [['ord*.created'], 'ord*.created', true],
    [['x.y', 'order.*'], 'x.y', true],
    [['constructor'], 'constructor', true],
  ])('%j and %s: %s', (list, type, expected) => {
    expect(compileFilter(types(...list))({ type, entity: null })).toBe(expected);
  });
});

describe('filters by entity and change (BRZ 365)', () => {
  it.each<[[string, ...string[]][], string, string, boolean]>([
    [[['BusinessPartner', 'create', 'change']], 'BusinessPartner', 'create', true],
    [[['BusinessPartner', 'create', 'change']], 'BusinessPartner', 'delete', false],
    [[['BusinessPartner', 'create']], 'Invoice', 'create', false],
    [[['BusinessPartner', '*']], 'BusinessPartner', 'delete', true],
    [[['*', 'delete']], 'Invoice', 'delete', true],
    [[['*', 'delete']], 'Invoice', 'create', false],
    [[['*', '*']], 'Invoice', 'create', true],
    [[['Invoice']], 'Invoice', 'create', false],
    // Entries of one name add up, and so does `*`.
    [
      [
        ['A', 'create'],
        ['A', 'delete'],
      ],
      'A',
      'delete',
      true,
    ],
    [
      [
        ['A', 'create'],
        ['*', 'delete'],
      ],
      'A',
      'delete',
      true,
    ],
    [
      [
        ['A', 'create'],
        ['*', 'delete'],
      ],
      'A',
      'change',
      false,
    ],
    [[], 'A', 'create', false],
    [[['constructor', 'create']], 'constructor', 'create', true],
  ])('%j and %s.%s: %s', (list, name, change, expected) => {
    const filter = compileFilter(entities(...list));
    expect(filter({ type: `${name}.${change}`, entity: { name, id: '1' } })).toBe(expected);
  });

  it('never matches an event without entity', () => {
    expect(compileFilter(entities(['*', '*']))({ type: 'A.create', entity: null })).toBe(false);
  });
});

describe('operational events', () => {
  const failing = 'posthorn.subscription.failing';

  it.each<[string[], string, boolean]>([
    // Only where the first segment says so itself.
    [['*'], failing, false],
    [['*.*'], failing, false],
    [['*.*.*'], failing, false],
    [['*.subscription.*'], failing, false],
    [['order.*', '*'], failing, false],
    [['*.failing', '*.*.failing'], failing, false],
    [[failing], failing, true],
    [['posthorn.*'], failing, true],
    [['posthorn.subscription.*'], failing, true],
    [['posthorn.*.failing'], failing, true],
    [['posthorn.delivery.*'], failing, false],
    [['*', 'posthorn.subscription.*'], failing, true],
    [['*', 'posthorn.delivery.*'], failing, false],
    // And such a pattern asks for nothing else.
    [['posthorn.*'], 'order.created', false],
    [['posthorn.*', 'order.*'], 'order.created', true],
    [['*', 'posthorn.*'], 'order.created', true],
    // Names that only look like it are publishers' own.
    [['*'], 'posthorn', true],
    [['*'], 'posthorns.a', true],
    [['*'], 'Posthorn.a', true],
    [['*.a'], 'posthorn-x.a', true],
  ])('%j and %s: %s', (list, type, expected) => {
    expect(compileFilter(types(...list))({ type, entity: { name: 'subscription', id: 's' } })).toBe(expected);
  });

  it('never come to filters by entity', () => {
    const everything = compileFilter(entities(['*', '*'], ['subscription', '*', 'failing']));
    expect(everything({ type: failing, entity: { name: 'subscription', id: 's' } })).toBe(false);
    expect(everything({ type: 'A.failing', entity: { name: 'subscription', id: 's' } })).toBe(true);
  });

  it.each<[Filter, boolean]>([
    [types('*', 'order.*'), false],
    [types('*.subscription.failing'), false],
    [types('posthorn'), false],
    [types('order.*', failing), true],
    [types('posthorn.*'), true],
    [entities(['*', '*'], ['posthorn.subscription', '*']), false],
  ])('are asked for by %j: %s', (filter, expected) => {
    expect(asksForOperational(filter)).toBe(expected);
  });
});

it('matches nothing where there is no filter', () => {
  expect(compileFilter(null)({ type: 'a', entity: { name: 'a', id: '1' } })).toBe(false);
});

describe('the matching history', () => {
  const first = types('a');
  const second = types('b');
  const history: MatchingEntry[] = [
    { sinceSeq: 10, filter: first },
    { sinceSeq: 20, filter: null },
    { sinceSeq: 30, filter: second },
  ];

  it.each<[number, MatchingEntry | undefined]>([
    [9, undefined],
    [10, history[0]],
    [19, history[0]],
    [20, history[1]],
    [29, history[1]],
    [30, history[2]],
    [Number.MAX_SAFE_INTEGER, history[2]],
  ])('decides seq %i by the entry then in force', (seq, entry) => {
    expect(entryAt(history, seq)).toBe(entry);
  });

  it.each<[string, Filter | null, number, number, number[]]>([
    ['appends a change', first, 40, 0, [10, 20, 30, 40]],
    ['ignores a snapshot that leaves the filter as it was', second, 40, 0, [10, 20, 30]],
    ['drops what no event can ask for', first, 40, 20, [20, 30, 40]],
    ['keeps the entry in force at the oldest event', first, 40, 29, [20, 30, 40]],
    ['drops all but the last when everything is older', second, 40, 50, [30]],
  ])('%s', (_what, filter, seq, oldestSeq, seqs) => {
    const next = foldMatching(history, filter, seq, oldestSeq);
    expect(next.map(({ sinceSeq }) => sinceSeq)).toEqual(seqs);
    expect(next.at(-1)!.filter).toEqual(filter);
    expect(history).toHaveLength(3);
  });

  it('starts with the first snapshot', () => {
    expect(foldMatching([], first, 5, 0)).toEqual([{ sinceSeq: 5, filter: first }]);
  });
});

it('keeps a bounded history, and decides what waits below it by the oldest filter that is left', () => {
  let history: MatchingEntry[] = [];
  for (let seq = 0; seq < 100; seq++) history = foldMatching(history, { types: [`t.${seq}`] }, seq, 0);
  expect(history).toHaveLength(64);
  expect(history[0]).toEqual({ sinceSeq: 0, filter: { types: ['t.36'] } });
  const large = Array.from({ length: 100 }, (_, i) => `${'ü'.repeat(150)}.${i}`);
  for (let seq = 100; seq < 110; seq++)
    history = foldMatching(history, { types: [...large, String(seq)] }, seq, 0);
  expect(Buffer.byteLength(JSON.stringify(history))).toBeLessThan(128 * 1024);
  expect(history[0].sinceSeq).toBe(0);
});
