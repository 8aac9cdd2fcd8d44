import { allTopics, topicSpecs } from './topics.js';

it('gives all that is said of a topic to whoever makes it, and its number of partitions', () => {
  const specs = topicSpecs(allTopics, 16);
  expect(specs).toHaveLength(allTopics.length);
  for (const [i, { partitions, ...definition }] of specs.entries()) {
    expect(definition).toEqual(allTopics[i]);
    expect(partitions).toBe(definition.partitioning === 'one' ? 1 : 16);
  }
  // Whoever takes a partition over reads all of a table: the segment that is written is never compacted.
  const tables = specs.filter(({ cleanup }) => cleanup === 'compact');
  expect(tables.map(({ config }) => config?.['segment.ms'])).toEqual(tables.map(() => '600000'));
});
