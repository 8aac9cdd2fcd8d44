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

const tree: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['name'],
};

it('may come back to itself as long as the data goes down', () => {
  const check = compileSchema(tree);
  expect(check({ name: 'a', children: [{ name: 'b', children: [] }] })).toEqual([]);
  expect(check({ name: 'a', children: [{ children: [] }] })).toEqual([
    { pointer: '/children/0/name', detail: 'is required' },
  ]);
});

it('is given up where data keeps it going without end, or for too long', () => {
  const endless = compileSchema({ if: { type: 'object' }, then: { $ref: '#' } });
  expect(endless(1)).toEqual([]);
  expect(endless({})).toEqual([{ pointer: '', detail: 'the schema refers to itself without end' }]);
  const twice = { properties: { a: { $ref: '#' } } };
  const slow = compileSchema({ allOf: [twice, twice] });
  let deep: unknown = {};
  for (let i = 0; i < 60; i++) deep = { a: deep };
  const began = performance.now();
  expect(slow(deep)).toEqual([{ pointer: '', detail: 'takes longer than 100 ms to be checked' }]);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(slow({ a: {} })).toEqual([]);
});

/** Each names the next one twice: 2^n parts in a few characters a level. */
const laughs = (levels: number): JsonSchema => ({
  $ref: '#/$defs/d0',
  $defs: Object.fromEntries(
    Array.from({ length: levels }, (_, i) => {
      const next = i + 1 < levels ? [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] : [{}];
      return [`d${i}`, { allOf: next }];
    }),
  ),
});

it('may name a part several times', () => expect(compileSchema(laughs(5))({})).toEqual([]));

it.each<[string, JsonSchema, RegExp]>([
  ['a reference to itself', { $ref: '#' }, /without end/],
  ['two that name each other', { $ref: '#/$defs/a', $defs: { a: { $ref: '#' } } }, /without end/],
  ['references that multiply', laughs(200), /more than 5000 parts/],
  ['a keyword of the wrong kind', { type: 'nothing' }, /is not one of "array", "boolean",/],
  ['a reference to somewhere else', { $ref: 'https://elsewhere.test/s.json' }, /resolve reference/],
  ['a pattern that can run for ever', { pattern: '(a+)+$' }, /too long/],
  ['such a pattern for names', { patternProperties: { '(x+x+)+y': {} } }, /too long/],
  ['a huge one', { description: 'x'.repeat(40_000) }, /more than 32768/],
  ['one that is asynchronous', { $async: true }, /async/],
])('%s is refused', (_, schema, why) => {
  expect(() => compileSchema(schema)).toThrow(JsonSchemaError);
  expect(() => compileSchema(schema)).toThrow(why);
});

it('says where in a schema it is wrong', () => {
  const pointerOf = (schema: JsonSchema) => {
    try {
      compileSchema(schema);
    } catch (error) {
      return (error as JsonSchemaError).pointer;
    }
    return undefined;
  };
  expect(pointerOf({ properties: { total: { minimum: 'x' } } })).toBe('/properties/total/minimum');
  expect(pointerOf({ $ref: '#/nowhere' })).toBe('');
});

it('names what an enum allows, unless that is too long for a line', () => {
  const detail = (values: unknown[]) => compileSchema({ enum: values })('x')[0]?.detail;
  expect(detail(['a', 1, null])).toBe('is not one of "a", 1, null');
  expect(detail(['y'.repeat(300)])).toBe('must be equal to one of the allowed values');
});
