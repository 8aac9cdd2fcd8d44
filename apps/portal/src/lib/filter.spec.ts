import { filterOf, filterText, matrixOf, toggled } from './filter';

const filter = {
  entities: [
    { name: 'BusinessPartner', changes: ['create', 'change'] },
    { name: 'InvoiceDocument', changes: ['delete'] },
  ],
};

it('makes the same filter of the matrix it was read into', () => {
  expect(filterOf(matrixOf(filter))).toEqual(filter);
});

it('leaves models out where nothing is chosen, and keeps the order of changes', () => {
  const matrix = toggled(toggled(toggled({}, 'A', 'delete'), 'A', 'create'), 'B', 'change');
  expect(filterOf(toggled(matrix, 'B', 'change'))).toEqual({
    entities: [{ name: 'A', changes: ['create', 'delete'] }],
  });
});

it('knows the star of every change', () => {
  expect(matrixOf({ entities: [{ name: '*', changes: ['*'] }] })).toEqual({
    '*': ['create', 'change', 'delete'],
  });
});

it.each([
  [filter, 'BusinessPartner: create, change · InvoiceDocument: delete'],
  [{ types: [] }, 'all'],
  [{ types: ['a.b', 'c.*'], expression: 'data.total > 1' }, 'a.b · c.* · data.total > 1'],
])('says %j in a line', (given, text) => {
  expect(filterText(given, 'all')).toBe(text);
});
