import { recordsFrom } from './records.js';

it('begins at the position, with numbers, and with the last of a header that was given twice', () => {
  const message = (offset: string, headers?: object) =>
    ({ offset, key: null, value: Buffer.from(offset), timestamp: '12', attributes: 0, headers }) as never;
  const twice = { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('3') };
  const records = recordsFrom([message('7'), message('8', twice), message('9')], 8);
  expect(records).toEqual([
    {
      offset: 8,
      key: null,
      value: Buffer.from('8'),
      timestamp: 12,
      headers: { a: Buffer.from('2'), b: Buffer.from('3') },
    },
    { offset: 9, key: null, value: Buffer.from('9'), timestamp: 12, headers: {} },
  ]);
});
