import { problemIn, type Checked } from './field-check';

const field = (change: Partial<Checked>): Checked => ({
  ...{
    value: 'x',
    type: 'text',
    required: false,
    minLength: -1,
    validity: { typeMismatch: false },
    labels: null,
  },
  ...change,
});

it.each([
  [{ value: ' ', required: true }, 'field.required'],
  [{ value: '', minLength: 12 }, undefined],
  [{ value: 'short', minLength: 12 }, 'field.tooShort'],
  [{ type: 'email', validity: { typeMismatch: true } }, 'field.email'],
  [{ type: 'url', validity: { typeMismatch: true } }, 'field.url'],
  [{ type: 'url', value: 'ftp://files.example' }, 'field.url'],
  [{ type: 'url', value: 'http://localhost:8080/hook' }, undefined],
  [{ required: true, minLength: 1 }, undefined],
])('says of %j: %s', (change, key) => {
  expect(problemIn(field(change))?.key).toBe(key);
});

it.each([
  ['Id *', 'Id'],
  ['New password (at least 12 characters) *', 'New password'],
  ['E-Mail-Adresse', 'E-Mail-Adresse'],
])('says by its name that the field labelled %j is empty', (textContent, name) => {
  const empty = field({ value: '', required: true, labels: [{ textContent }] });
  expect(problemIn(empty)).toEqual({ key: 'field.missing', values: { name } });
});
