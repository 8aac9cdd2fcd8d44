import { createStatements, dayOf, type PartitionedTable, spanNamed, spanOf } from './day-partitions.js';

const at = (text: string) => Date.parse(text);

it.each<[PartitionedTable, string, string, string, string]>([
  ['events', '2026-11-28T00:00:00.000Z', 'events_20261128', '2026-11-28', '2026-11-29'],
  ['deliveries', '2026-12-31T23:59:59.999Z', 'deliveries_20261231', '2026-12-31', '2027-01-01'],
  ['attempts', '2028-02-29T12:00:00Z', 'attempts_20280229', '2028-02-29', '2028-03-01'],
  ['statistics_hours', '2026-12-31T23:00:00Z', 'statistics_hours_202612', '2026-12-01', '2027-01-01'],
])('%s at %s stand in %s', (table, instant, name, from, until) => {
  const span = { name, fromMs: at(from), untilMs: at(until) };
  expect(spanOf(table, at(instant))).toEqual(span);
  expect(spanNamed(table, name)).toEqual(span);
});

it('a name that is not of a partition names none', () => {
  for (const name of ['events', 'events_2026112', 'events_20261340', 'deliveries_20261128'])
    expect(spanNamed('events', name)).toBeUndefined();
});

it('bounds are told in the table’s own type, in UTC', () => {
  const span = { fromMs: at('2026-11-28'), untilMs: at('2026-11-29') };
  expect(createStatements('deliveries', { name: 'd', ...span })[1]).toContain(
    "FROM ('2026-11-28') TO ('2026-11-29')",
  );
  expect(createStatements('events', { name: 'e', ...span })[1]).toContain(
    "FROM ('2026-11-28T00:00:00.000Z') TO ('2026-11-29T00:00:00.000Z')",
  );
});

it('a day ends at midnight in UTC', () => {
  expect(dayOf(at('2026-11-28T23:59:59.999Z')) + 1).toBe(dayOf(at('2026-11-29T00:00:00Z')));
});
