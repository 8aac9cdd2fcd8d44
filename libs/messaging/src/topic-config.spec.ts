import { topicConfig } from './topic-config.js';

const spec = {
  ...{ name: 'events.v1', partitions: 16, cleanup: 'delete' as const, retentionMs: 1_000 },
  config: { 'compression.type': 'uncompressed' },
};

it('makes a topic with what is said of it', () => {
  expect(topicConfig('posthorn.events.v1', { ...spec, deleteRetentionMs: 5, maxMessageBytes: 9 })).toEqual({
    topic: 'posthorn.events.v1',
    numPartitions: 16,
    configEntries: [
      { name: 'cleanup.policy', value: 'delete' },
      { name: 'retention.ms', value: '1000' },
      { name: 'delete.retention.ms', value: '5' },
      { name: 'max.message.bytes', value: '9' },
      { name: 'compression.type', value: 'uncompressed' },
    ],
  });
});

it.each([
  ['the cluster decides how many copies', undefined, undefined],
  ['one copy', 1, undefined],
  // Two of two would stop writes with each broker that is restarted.
  ['two copies', 2, undefined],
  ['three copies', 3, '2'],
  ['five copies', 5, '2'],
])('%s: acknowledged by so many', (_, replicationFactor, wanted) => {
  const made = topicConfig('t', spec, replicationFactor);
  expect(made.replicationFactor).toBe(replicationFactor);
  expect(made.configEntries!.find(({ name }) => name === 'min.insync.replicas')?.value).toBe(wanted);
});
