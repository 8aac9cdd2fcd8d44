import { wordsOf } from './field-words';

it.each([
  ['/examples/0/id', 'examples', '#1 / id: fehlt'],
  ['/schema/properties/a~1b~0/type', 'schema', 'properties / a/b~ / type: fehlt'],
  ['/examples', 'examples', 'Fehlt.'],
  ['/auth/authorization', 'auth/authorization', 'Fehlt.'],
])('says at a field what is wrong with %s', (pointer, name, text) => {
  expect(wordsOf({ pointer, detail: 'is required' }, name, 'de')).toBe(text);
});
