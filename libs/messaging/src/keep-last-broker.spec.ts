import type { Cluster } from 'kafkajs';
import { keepingLastBroker } from './keep-last-broker.js';

it('lets kafkajs forget every broker but the last', () => {
  const brokers = ['a', 'b'];
  const cluster = {
    getNodeIds: () => brokers.map((_, i) => i),
    removeBroker: ({ host }: { host: string }) => void brokers.splice(brokers.indexOf(host), 1),
  } as unknown as Cluster;
  const assigner = keepingLastBroker()({ cluster, groupId: 'g', logger: undefined as never });
  expect(assigner.name).toBe('RoundRobinAssigner');
  cluster.removeBroker({ host: 'a', port: 1 });
  cluster.removeBroker({ host: 'b', port: 1 });
  expect(brokers).toEqual(['b']);
});
