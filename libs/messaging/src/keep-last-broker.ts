import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';

/**
 * kafkajs forgets a broker when a connection to it closes. When it was the only one that was left, the
 * fetch loop finds no broker and the consumer crashes at once, whatever its retries say: it leaves the
 * group, forgets its positions, and comes back as a new member when the old one's session has ended. So the
 * last broker stays; the next request connects to it again or, if it has moved, learns its new place from
 * the metadata.
 */
function keepLastBroker(cluster: Cluster): void {
  const remove = cluster.removeBroker.bind(cluster);
  cluster.removeBroker = (broker) => {
    if (cluster.getNodeIds().length > 1) remove(broker);
  };
}

/** An assigner is the one place where kafkajs hands its cluster out. */
export function keepingLastBroker(
  assigner: PartitionAssigner = kafkajs.PartitionAssigners.roundRobin,
): PartitionAssigner {
  return (config) => {
    keepLastBroker(config.cluster);
    return assigner(config);
  };
}
