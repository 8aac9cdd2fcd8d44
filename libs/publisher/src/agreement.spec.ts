import { eventId } from '@posthorn/domain';
import { murmur2 as ourMurmur2, partitionFor as ourPartitionFor } from '@posthorn/messaging';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { webhookIdOf } from './ids.js';
import { murmur2, murmur2Partitioner, partitionFor } from './partition.js';

const text = fc.string({ unit: 'binary', maxLength: 60 });
const metadata = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [],
    isr: [],
    offlineReplicas: [],
  }));

describe('partitions', () => {
  // Vectors of Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2(%j) is what Kafka computes', (key, expected) => {
    expect(murmur2(Buffer.from(key))).toBe(expected);
    expect(murmur2(Buffer.from(`..${key}`).subarray(2))).toBe(expected);
  });

  it('are those of Posthorn and of kafkajs, for any key', () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner();
    const mine = murmur2Partitioner();
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 64 }), (key, count) => {
        const args = { topic: 't', partitionMetadata: metadata(count), message: { key, value: null } };
        expect(ourMurmur2(Buffer.from(key))).toBe(murmur2(Buffer.from(key)));
        expect([mine(args), partitionFor(key, count)]).toEqual([theirs(args), ourPartitionFor(key, count)]);
      }),
    );
  });

  it('take what is asked for, and turns without a key', () => {
    const partition = murmur2Partitioner();
    const of = (message: { key?: string | null; partition?: number }) =>
      partition({ partitionMetadata: metadata(3), message });
    expect([of({ key: 'a', partition: 0 }), of({ partition: 2 })]).toEqual([0, 2]);
    expect([of({}), of({ key: null }), of({}), of({})]).toEqual([0, 1, 2, 0]);
  });
});

describe('ids', () => {
  // The vectors of libs/domain, computed by another program.
  it('are pinned', () => {
    const derived = {
      tenantId: 'vendor-17',
      entity: { name: 'order', id: 'o1' },
      type: 'order.created',
      timestamp: '2026-04-15T10:00:01.234Z',
      data: '{}',
    };
    expect(webhookIdOf(derived)).toBe('evt_k6ce3otu6cv3nr6o3fnh4odum2');
    expect(webhookIdOf({ tenantId: 't', ownId: 'x' })).toBe('evt_3blwuzfonjgtdgc4v7vjvguy3p');
    expect(webhookIdOf({ tenantId: 't', source: '/s', ownId: 'x' })).toBe('evt_c2gy6ozi3jdcj4mtvcxcloeqpl');
  });

  it('are those of Posthorn, for any event', () => {
    fc.assert(
      fc.property(text, text, text, text, text, text, (tenantId, name, id, type, timestamp, data) => {
        const entity = { name, id };
        const derived = { tenantId, entity, type, timestamp };
        expect(webhookIdOf({ ...derived, data })).toBe(eventId({ ...derived, data: Buffer.from(data) }));
        expect(webhookIdOf({ tenantId, ownId: id })).toBe(eventId({ tenantId, explicitId: id }));
        const cloud = { tenantId, source: name, ownId: id };
        expect(webhookIdOf(cloud)).toBe(eventId({ tenantId, source: name, sourceId: id }));
      }),
    );
  });
});
