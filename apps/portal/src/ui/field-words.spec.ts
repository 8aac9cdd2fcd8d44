import { wordsOf } from './field-words';

it.each([
  ['/examples/0/id', 'examples', '#1 / id: fehlt'],
  ['/examples', 'examples', 'Fehlt.'],
  ['/auth/authorization', 'auth/authorization', 'Fehlt.'],
])('says at a field what is wrong with %s', (pointer, name, text) => {
  expect(wordsOf({ pointer, detail: 'is required' }, name, 'de')).toBe(text);
});
