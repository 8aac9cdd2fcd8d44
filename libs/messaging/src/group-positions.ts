import type { KafkaConnection } from './kafka-connection.js';

/** Where a group that knows nothing of its own starts: its committed offsets, held within the log. */
export async function startPositions(
  kafka: KafkaConnection,
  groupId: string,
  topic: string,
  fromBeginning: boolean,
): Promise<(partition: number) => number> {
  const admin = await kafka.admin();
  const [committed, ends] = await Promise.all([
    admin.fetchOffsets({ groupId: kafka.groupId(groupId), topics: [kafka.topicName(topic)] }),
    kafka.endOffsets(topic),
  ]);
  const byPartition = new Map(committed[0]?.partitions.map((p) => [p.partition, Number(p.offset)]));
  return (partition) => {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    const offset = byPartition.get(partition) ?? -1;
    if (offset < 0) return fromBeginning ? low : high;
    if (offset >= low) return offset;
    kafka.log('error', 'records expired before this group read them', { topic, partition, offset, low });
    return low;
  };
}
