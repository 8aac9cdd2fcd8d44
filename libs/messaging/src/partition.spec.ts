import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { murmur2, partitionFor } from './partition.js';

// Vectors of Kafka's own UtilsTest.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2(%j) is what Kafka computes', (text, expected) => {
  expect(murmur2(Buffer.from(text))).toBe(expected);
});

it("agrees with kafkajs's default partitioner for any key", () => {
  const partitioner = kafkajs.Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 64 }),
      (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          partitionErrorCode: 0,
          leader: 1,
          replicas: [],
          isr: [],
        }));
        const theirs = partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
        expect(partitionFor(key, count)).toBe(theirs);
      },
    ),
    { numRuns: 500 },
  );
});
