import { schemaFault } from './schema-check';

it.each([
  ['a list', [], '/schema', 'must be a JSON Schema (2020-12)'],
  ['a type that there is not', { type: 'text' }, '/schema/type', /^is not one of "array", "boolean"/],
  ['one of several', { type: ['string', 'text'] }, '/schema/type', /^is not one of/],
  [
    'a type of a field',
    { properties: { 'a/b': { type: 1 } } },
    '/schema/properties/a~1b/type',
    /^is not one of/,
  ],
  ['fields as a list', { properties: [] }, '/schema/properties', 'must be object'],
  ['a field that is no schema', { properties: { a: 'x' } }, '/schema/properties/a', 'must be object,boolean'],
  ['one required name', { required: 'id' }, '/schema/required', 'must be array'],
  ['a form of several', { anyOf: [true, { items: 1 }] }, '/schema/anyOf/1/items', 'must be object,boolean'],
])('says what is wrong with %s', (_, schema, pointer, detail) => {
  expect(schemaFault(schema)).toEqual({
    pointer,
    detail: typeof detail === 'string' ? detail : (expect.stringMatching(detail) as string),
  });
});

it('leaves alone what may be right: names are no keywords, and values are no schemas', () => {
  const schema = {
    type: ['object', 'null'],
    properties: { type: { type: 'string' }, required: { const: { type: 'text' } } },
    required: ['type'],
    additionalProperties: false,
    examples: [{ type: 'text' }],
    $defs: { a: { enum: [{ type: 'text' }] } },
    'x-own': { properties: 5 },
  };
  expect(schemaFault(schema)).toBeUndefined();
  expect(schemaFault(true)).toBeUndefined();
});
