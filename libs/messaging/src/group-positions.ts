import type { KafkaConnection } from './kafka-connection.js';
import { positionWithin } from './log-bounds.js';

/** `isMoved`: not where the group committed, because the log does not reach there. */
type Start = { offset: number; isMoved: boolean };

/**
 * Where a group that knows nothing of its own starts: its committed offsets, or those that are wanted, held
 * within the log.
 */
export async function startPositions(
  kafka: KafkaConnection,
  groupId: string,
  topic: string,
  fromBeginning: boolean,
): Promise<(partition: number, wanted?: number) => Start> {
  const admin = await kafka.admin();
  const [committed, ends] = await Promise.all([
    admin.fetchOffsets({ groupId: kafka.groupId(groupId), topics: [kafka.topicName(topic)] }),
    kafka.endOffsets(topic),
  ]);
  const byPartition = new Map(committed[0]?.partitions.map((p) => [p.partition, Number(p.offset)]));
  return (partition, wanted) => {
    const bounds = ends.get(partition) ?? { low: 0, high: 0 };
    const { low, high } = bounds;
    const before = byPartition.get(partition) ?? -1;
    const position = wanted ?? before;
    if (position < 0) return { offset: fromBeginning ? low : high, isMoved: false };
    const offset = positionWithin(position, bounds);
    const at = { topic, partition, position, low, high };
    if (position < low) kafka.log('error', 'records expired before this group read them', at);
    if (position > high) kafka.log('error', 'the log is shorter than what this group has read', at);
    return { offset, isMoved: offset !== before };
  };
}
