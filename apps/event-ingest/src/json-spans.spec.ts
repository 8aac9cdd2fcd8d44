import fc from 'fast-check';
import { depthMax, eventSpans, nestsTooDeep, type Span, trimmed } from './json-spans.js';

const one = (text: string) => eventSpans(Buffer.from(text), { batch: false, max: 1 })[0];
const cut = (text: string, span: Span | undefined) =>
  span && Buffer.from(text).subarray(span.start, span.end).toString();

describe('the bytes of data', () => {
  it.each<[string, string | undefined]>([
    ['{}', undefined],
    ['{"a":1}', undefined],
    ['{"data":1}', '1'],
    ['{"data":1.0}', '1.0'],
    [' { "data" : { "a" : 1 } , "b" : 2 } ', '{ "a" : 1 }'],
    ['{"data":\r\n\t[1,\n2]\t}', '[1,\n2]'],
    ['{"data":"x\\"}{,"}', '"x\\"}{,"'],
    ['{"data":"\\\\"}', '"\\\\"'],
    ['{"data":null,"b":[{"data":2}]}', 'null'],
    ['{"b":{"data":2}}', undefined],
    ['{"b":"\\"data\\":3"}', undefined],
    ['{"data":1,"data":2}', '2'],
    ['{"\\u0064ata":1}', '1'],
    ['{"data":1,"d\\u0061t\\u0061":{"x":2}}', '{"x":2}'],
    ['{"Data":1,"datä":2,"data ":3,"dat":4}', undefined],
    ['{"data":{}}', '{}'],
    ['{"data":[]}', '[]'],
    ['{"data":"ü✓🔧","b":1}', '"ü✓🔧"'],
    ['{"a":"ü✓🔧","data":-1e-7}', '-1e-7'],
    ['{"a":{"b":["}",{"c":"]"}]},"data":true}', 'true'],
    ['{"":1,"data":false}', 'false'],
    ['"data"', undefined],
    ['17', undefined],
  ])('of %s: %s', (text, data) => {
    expect(() => void JSON.parse(text)).not.toThrow();
    expect(cut(text, one(text).data)).toBe(data);
  });
});

/** JSON with any white space and any character escaped, and the value it stands for. */
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 2 });
const spelled = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((escapes) =>
      [...Array(text.length).keys()]
        .map((i) =>
          escapes[i]
            ? `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`
            : JSON.stringify(text[i]).slice(1, -1),
        )
        .join(''),
    )
    .map((inner) => `"${inner}"`);
const key = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('data', 'Data', 'dat', 'data\\', '"data"', 'id') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);
const keyText = key.chain(spelled);
const { value: valueText } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      'null',
      'true',
      'false',
      '0',
      '-0.0',
      '1.50',
      '1e-7',
      '12345678901234567890',
      '{}',
      '[ ]',
    ),
    fc
      .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('data', '}', ']', ',', '\\', '"', '{"data":1}'))
      .chain(spelled),
    tie('object'),
    tie('array'),
  ),
  object: fc
    .array(fc.tuple(space, keyText, space, space, tie('value'), space), { maxLength: 5 })
    .map((members) => `{${members.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(',')}}`),
  array: fc
    .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
    .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
}));
const objectText = fc
  .array(fc.tuple(space, keyText, space, space, valueText, space), { maxLength: 6 })
  .map((members) => `{${members.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(',')}}`);

describe('for any JSON', () => {
  it('the span parses to what JSON.parse says data is', () => {
    fc.assert(
      fc.property(space, objectText, space, (before, text, after) => {
        const whole = before + text + after;
        const parsed = JSON.parse(whole) as { data?: unknown };
        const event = one(whole);
        const data = cut(whole, event.data);
        expect(cut(whole, event)).toBe(text);
        expect(data !== undefined).toBe(Object.hasOwn(parsed, 'data'));
        if (data === undefined) return;
        expect(JSON.parse(data)).toStrictEqual(parsed.data);
        expect(data).toBe(data.trim());
      }),
      { numRuns: 1_000 },
    );
  });

  it('a batch is cut into its members', () => {
    const member = fc.oneof(objectText, valueText);
    fc.assert(
      fc.property(fc.array(fc.tuple(space, member, space), { maxLength: 6 }), space, (members, around) => {
        const text = `${around}[${members.map((parts) => parts.join('')).join(',')}${around}]${around}`;
        const spans = eventSpans(Buffer.from(text), { batch: true, max: 100 });
        expect(spans.map((span) => cut(text, span))).toEqual(members.map(([, inner]) => inner));
        const parsed = JSON.parse(text) as unknown[];
        spans.forEach(({ data }, i) => {
          const value = parsed[i] as { data?: unknown } | null;
          const has =
            typeof value === 'object' &&
            value !== null &&
            !Array.isArray(value) &&
            Object.hasOwn(value, 'data');
          expect(data !== undefined).toBe(has);
          if (data) expect(JSON.parse(cut(text, data)!)).toStrictEqual(value!.data);
        });
      }),
      { numRuns: 500 },
    );
  });
});

it('stops at the given number of members', () => {
  expect(eventSpans(Buffer.from('[1,2,3,4]'), { batch: true, max: 3 })).toHaveLength(3);
});

describe('depth', () => {
  const nested = (levels: number, inner = '1') => '['.repeat(levels) + inner + ']'.repeat(levels);

  it.each<[string, boolean]>([
    [`{"data":${nested(depthMax - 1)}}`, false],
    [`{"data":${nested(depthMax)}}`, true],
    [`{"x":${nested(depthMax)},"data":1}`, true],
    [`{"x":"${'['.repeat(1_000)}"}`, false],
    [nested(depthMax), false],
    [nested(depthMax + 1), true],
    [nested(100_000, ''), true],
    ['{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000), true],
  ])('case %#: too deep: %s', (text, tooDeep) => {
    expect(one(text).tooDeep).toBe(tooDeep);
    expect(nestsTooDeep(Buffer.from(text))).toBe(tooDeep);
  });

  it('is counted for every member of a batch anew', () => {
    const text = `[${nested(depthMax + 1)},${nested(depthMax)},{"data":${nested(depthMax)}}]`;
    const spans = eventSpans(Buffer.from(text), { batch: true, max: 10 });
    expect(spans.map(({ tooDeep }) => tooDeep)).toEqual([true, false, true]);
  });
});

it.each([
  [' {"a":1}\n', '{"a":1}'],
  ['{ }', '{ }'],
  ['\t\r\n ', ''],
  ['', ''],
])('%j without white space around it is %j', (text, expected) => {
  expect(trimmed(Buffer.from(text)).toString()).toBe(expected);
});
