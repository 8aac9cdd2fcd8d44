import { isModelName } from './model-name';

it.each([
  ['BusinessPartner', true],
  ['Aufträge.Position', true],
  ['bad model!', false],
  ['*', false],
  ['.x', false],
  ['', false],
])('%j is the name of a model: %s', (name, isOne) => {
  expect(isModelName(name)).toBe(isOne);
});
