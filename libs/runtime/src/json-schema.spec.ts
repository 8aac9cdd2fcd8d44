import { compileSchema, JsonSchemaError, type JsonSchema } from './json-schema.js';

const order: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    total: { type: 'number', minimum: 0 },
    tags: { $ref: '#/$defs/tags' },
  },
  required: ['id'],
  additionalProperties: false,
  $defs: { tags: { type: 'array', prefixItems: [{ const: 'a' }] } },
};
const id = '596ad63d-efa1-426e-9d93-08d9fa9598be';

it.each<[unknown, string | undefined]>([
  [{ id }, undefined],
  [{ id, total: 1, tags: ['a'] }, undefined],
  [{}, '/id is required'],
  [{ id: 'x' }, '/id must match format "uuid"'],
  [{ id, total: -1 }, '/total must be >= 0'],
  [{ id, 'a/b': 1 }, '/a~1b is not a known field'],
  [{ id, tags: ['b'] }, '/tags/0 must be equal to constant'],
  [[], ' must be object'],
  [undefined, ' must be object'],
])('%j: %s', (data, wanted) => {
  const [fault] = compileSchema(order)(data);
  expect(fault && `${fault.pointer} ${fault.detail}`).toBe(wanted);
});

it('does not go down without end', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 70; i++) deep = { deep };
  expect(compileSchema(true)(deep)).toEqual([{ pointer: '', detail: 'is nested deeper than 64' }]);
});

it.each<[string, JsonSchema, RegExp]>([
  ['a keyword of the wrong kind', { type: 'nothing' }, /schema is invalid/],
  ['a reference to somewhere else', { $ref: 'https://elsewhere.test/s.json' }, /resolve reference/],
  ['a pattern that can run for ever', { pattern: '(a+)+$' }, /too long/],
  ['such a pattern for names', { patternProperties: { '(x+x+)+y': {} } }, /too long/],
  ['a huge one', { description: 'x'.repeat(40_000) }, /more than 32768/],
  ['one that is asynchronous', { $async: true }, /async/],
])('%s is refused', (_, schema, why) => {
  expect(() => compileSchema(schema)).toThrow(JsonSchemaError);
  expect(() => compileSchema(schema)).toThrow(why);
});
