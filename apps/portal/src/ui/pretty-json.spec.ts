import { prettyJson } from './pretty-json';

it('breaks JSON into lines and keeps how numbers and texts were written', () => {
  expect(prettyJson('{"a":1.0,"b":[],"c":{"d":"x{,}: \\"y"},"e":[12345678901234567890,null]}')).toBe(
    '{\n  "a": 1.0,\n  "b": [],\n  "c": {\n    "d": "x{,}: \\"y"\n  },\n  "e": [\n    12345678901234567890,\n    null\n  ]\n}',
  );
});

it.each(['<script>alert(1)</script>', 'plain', '12', '{"broken"'])('leaves %s as it is', (text) => {
  expect(prettyJson(text)).toBe(text);
});

it('writes out what cannot be seen or turns the direction of reading', () => {
  expect(prettyJson('a\u202eb\u0000c\td\n')).toBe('a\\u202eb\\u0000c\td\n');
});
