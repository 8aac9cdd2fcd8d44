import fc from 'fast-check';
import { ByType } from './by-type.js';
import { type Filter, FilterHistory, type Matchable } from './matching.js';

const segment = fc.constantFrom('a', 'b', 'posthorn');
const type = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('.'));
const pattern = fc.array(fc.oneof(segment, fc.constant('*')), { minLength: 1, maxLength: 3 });
const filter: fc.Arbitrary<Filter | null> = fc.oneof(
  fc.constant(null),
  fc.record(
    {
      types: fc.array(
        pattern.map((segments) => segments.join('.')),
        { maxLength: 3 },
      ),
      expression: fc.constant('true'),
    },
    { requiredKeys: ['types'] },
  ),
  fc.record({
    entities: fc.array(
      fc.record({
        name: fc.constantFrom('Order', '*'),
        changes: fc.array(fc.constantFrom('a', '*'), { maxLength: 2 }),
      }),
      { maxLength: 2 },
    ),
  }),
);
const event: fc.Arbitrary<Matchable> = fc.record({
  type,
  entity: fc.constantFrom(null, { name: 'Order', id: '1' }),
});

const compiled = (one: Filter | null): FilterHistory =>
  new FilterHistory([{ sinceSeq: 0, filter: one }], () => () => true);
const filled = (
  all: readonly FilterHistory[],
  may: (one: FilterHistory, ofType: string) => boolean,
): ByType<FilterHistory> => {
  const table = new ByType<FilterHistory>(may);
  for (const [i, one] of all.entries()) table.set(String(i), one);
  return table;
};
const mayMatch = (one: FilterHistory, ofType: string): boolean => one.mayMatch(ofType);

it('leaves out nobody who matches', () => {
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 12 }), fc.array(event, { maxLength: 8 }), (filters, events) => {
      const all = filters.map(compiled);
      const table = filled(all, mayMatch);
      for (const one of events) {
        const matching = (some: Iterable<FilterHistory>): FilterHistory[] =>
          [...some].filter((each) => each.matches(one, 0));
        expect(matching(table.of(one.type))).toEqual(matching(all));
      }
    }),
  );
});

describe('of a hundred', () => {
  const all = Array.from({ length: 100 }, (_, i) => compiled({ types: [`type.${i % 50}`] }));

  it('gives those that ask for the type, and looks for them once', () => {
    let looked = 0;
    const table = filled(all, (one, ofType) => {
      looked++;
      return mayMatch(one, ofType);
    });
    for (let i = 0; i < 3; i++) expect([...table.of('type.7')]).toEqual([all[7], all[57]]);
    expect(looked).toBe(100);
    table.changed();
    expect([[...table.of('type.7')].length, looked]).toEqual([2, 200]);
  });

  it('knows at once who has come and who has gone', () => {
    const table = filled(all, mayMatch);
    expect([...table.of('type.7')]).toEqual([all[7], all[57]]);
    table.delete('7');
    expect([[...table.of('type.7')], table.size]).toEqual([[all[57]], 99]);
    table.set('7', all[7]);
    expect([...table.of('type.7')]).toEqual([all[57], all[7]]);
  });

  it('keeps no more than 256 types, and finds the others each time', () => {
    let looked = 0;
    const table = filled(all, () => ++looked > 0);
    for (let i = 0; i < 300; i++) table.of(`other.${i}`);
    expect(looked).toBe(30_000);
    for (let i = 0; i < 300; i++) table.of(`other.${i}`);
    expect(looked).toBe(30_000 + 44 * 100);
  });

  it('remembers of all types together no more than eight places for each', () => {
    let looked = 0;
    // Everybody but one asks for every type.
    const table = filled(all, (one) => ++looked > 0 && one !== all[0]);
    for (let i = 0; i < 20; i++) expect([...table.of(`other.${i}`)]).toHaveLength(99);
    looked = 0;
    for (let i = 0; i < 20; i++) expect([...table.of(`other.${i}`)]).toHaveLength(99);
    expect(looked).toBe(12 * 100);
  });
});
