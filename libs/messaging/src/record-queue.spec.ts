import fc from 'fast-check';
import type { OutRecord } from './batch-producer.js';
import { RecordQueue } from './record-queue.js';

const record = (value: string, key: string | null = null): OutRecord => ({
  topic: 't',
  partition: 0,
  key,
  value,
});
const values = (records: OutRecord[]) => records.map(({ value }) => value);

it('takes all or none at its bounds, and counts what was taken until it is released', () => {
  const queue = new RecordQueue(3, 10_000);
  expect(queue.add([record('a'), record('b')])).toBe(true);
  expect(queue.add([record('c'), record('d')])).toBe(false);
  const batch = queue.take(10, 10_000);
  expect([values(batch), queue.records]).toEqual([['a', 'b'], 2]);
  expect(queue.add([record('c'), record('d')])).toBe(false);
  queue.release(batch);
  expect([queue.records, queue.bytes]).toEqual([0, 0]);
  expect(queue.add([record('c'), record('d')])).toBe(true);
});

it('counts the bytes of keys, values and headers, as UTF-8', () => {
  const queue = new RecordQueue(10, 200);
  expect(queue.add([{ ...record('ü'.repeat(70)), headers: { n: 'x' } }])).toBe(false);
  expect(queue.add([record('ü'.repeat(60), 'k'.repeat(16))])).toBe(true);
  expect(queue.bytes).toBe(64 + 120 + 16);
});

it('gives at least one, however large, and otherwise no more than fits', () => {
  const queue = new RecordQueue(10, 10_000);
  queue.add([record('x'.repeat(500)), record('a'), record('b'), record('c')]);
  expect(queue.take(10, 100).map(({ value }) => value?.length)).toEqual([500]);
  expect(values(queue.take(10, 2 * 65))).toEqual(['a', 'b']);
});

it('is first in, first out, through any mix of adding and taking', () => {
  const steps = fc.array(fc.record({ add: fc.nat({ max: 5 }), take: fc.nat({ max: 4 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (todo) => {
      const queue = new RecordQueue(1_000, 1_000_000);
      const expected: string[] = [];
      const seen: (string | Buffer | null)[] = [];
      let next = 0;
      for (const { add, take } of todo) {
        const added = Array.from({ length: add }, () => `${next++}`);
        queue.add(added.map((value) => record(value)));
        expected.push(...added);
        if (take === 0) continue;
        const batch = queue.take(take, 1_000_000);
        seen.push(...values(batch));
        queue.release(batch);
      }
      expect(queue.records).toBe(expected.length - seen.length);
      seen.push(...values(queue.takeAll()));
      expect(seen).toEqual(expected);
      expect([queue.records, queue.bytes]).toEqual([0, 0]);
    }),
  );
});
