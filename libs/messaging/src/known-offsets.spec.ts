import { createRequire } from 'node:module';
import './kafka-connection.js';
import { type Offsets, passingOver } from './known-offsets.js';

function offsets(committed: Record<string, Record<number, string>>) {
  let asked = 0;
  const made: Offsets = {
    topics: ['a', 'b'],
    memberAssignment: { a: [0, 1], b: [3] },
    committedOffsets: () => committed,
    resolveOffsets: async () => void asked++,
  };
  passingOver(made);
  return { made, asked: () => asked };
}

it.each<[string, Record<string, Record<number, string>>]>([
  ['none', {}],
  ['one is absent', { a: { 0: '5', 1: '7' }, b: {} }],
  ['one is negative', { a: { 0: '5', 1: '-1' }, b: { 3: '0' } }],
])('asks for offsets that are not known: %s', async (_, committed) => {
  const { made, asked } = offsets(committed);
  await made.resolveOffsets();
  expect(asked()).toBe(1);
});

it('asks for nothing where all are known, until one is not', async () => {
  const committed: Record<string, Record<number, string>> = {
    a: { 0: '5', 1: '9223372036854775806' },
    b: { 3: '0' },
  };
  const { made, asked } = offsets(committed);
  await made.resolveOffsets();
  expect(asked()).toBe(0);
  delete committed['a']![0];
  await made.resolveOffsets();
  expect(asked()).toBe(1);
});

it('is how kafkajs itself looks', async () => {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/consumer/offsetManager/index.js') as { prototype: Offsets };
  const partitions = Object.assign([0], {
    filter: () => {
      throw new Error('every offset was made a number');
    },
  });
  const real = Object.assign(Object.create(prototype) as Offsets, {
    ...{ topics: ['a'], memberAssignment: { a: partitions }, committedOffsets: () => ({ a: { 0: '5' } }) },
  });
  await expect(real.resolveOffsets()).resolves.toBeUndefined();
});
