import { examplesOf, parsed, placeIn, startValues } from './values';

it('shows what a type says as text to be changed, and nothing where it says nothing', () => {
  const schema = { type: 'object' };
  expect(startValues({ name: 'a.b', version: 2, schema, examples: [{ a: 1 }], onInvalid: 'warn' })).toEqual({
    ...{ name: 'a.b', description: '', onInvalid: 'warn', deprecated: false },
    schema: '{\n  "type": "object"\n}',
    examples: '[\n  {\n    "a": 1\n  }\n]',
  });
  expect(startValues(undefined)).toMatchObject({ name: '', schema: '', examples: '', onInvalid: 'reject' });
  expect(startValues({ name: 'a.b', version: 1, schema: null })).toMatchObject({ schema: '' });
});

it('reads JSON, takes nothing for none, and says what is wrong', () => {
  expect(parsed('{"type":"object"}', null)).toEqual({ value: { type: 'object' } });
  expect(parsed(' \n', null)).toEqual({ value: null });
  expect(parsed('false', null)).toEqual({ value: false });
  expect(parsed('{', null)).toEqual({ why: expect.stringContaining('JSON') as string });
});

it('takes a list of examples, and one alone', () => {
  expect(examplesOf('[{"a":1},2]')).toEqual({ value: [{ a: 1 }, 2] });
  expect(examplesOf('{"a":1}')).toEqual({ value: [{ a: 1 }] });
  expect(examplesOf('')).toEqual({ value: [] });
  expect('why' in examplesOf('[')).toBe(true);
});

it('finds the place that is wrong where the browser names one', () => {
  const [broken, ended] = [parsed('{"a":1,\n  oops', null), parsed('', undefined)];
  expect('why' in broken && placeIn(broken.why)).toEqual({ line: 2, column: 3 });
  expect(ended).toEqual({ value: undefined });
  expect(placeIn('Unexpected end of JSON input')).toBeUndefined();
});
