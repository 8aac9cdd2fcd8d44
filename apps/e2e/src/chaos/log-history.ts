import { type InRecord, KafkaConnection, LogReader } from '@posthorn/messaging';

export type Log = { brokers: string; topicPrefix: string };
export type Place = { partition: number; deliveryId: string };

const topics = ['attempts.v1', 'retries.v1', 'due.v1'];
const cursors = 'cursors.v1';
const shown = 60;
const lineMax = 400;

/** Every record that Kafka has of these deliveries, topic by topic, and how far `due` was settled when. */
export async function historyOf(log: Log, places: readonly Place[]): Promise<string[]> {
  const { topicPrefix, brokers } = log;
  const settings = { topicPrefix, brokers: brokers.split(','), clientId: 'post-mortem' };
  const kafka = new KafkaConnection(settings, () => undefined);
  const reader = new LogReader(kafka, { groupId: 'post-mortem', topics: [...topics, cursors] });
  const lines: string[] = [];
  try {
    await reader.start();
    for (const { partition, deliveryId } of places) {
      const times = new Set<number>();
      for (const topic of topics) {
        await reader.readRange(topic, partition, 'earliest', undefined, (records) => {
          for (const record of records) {
            if (!record.value?.includes(deliveryId)) continue;
            times.add(record.timestamp);
            lines.push(`    ${topic} ${told(record)}`);
          }
        });
      }
      const from = Math.min(...times) - 5_000;
      const until = Math.max(...times) + 30_000;
      await reader.readRange(cursors, partition, 'earliest', undefined, (records) => {
        for (const record of records) {
          const isDue = record.key?.toString() === '_due' || record.key?.toString() === '_owner';
          if (isDue && record.timestamp > from && record.timestamp < until) lines.push(`    ${told(record)}`);
        }
      });
    }
  } finally {
    await reader.stop();
    await kafka.close();
  }
  return lines.length > shown ? [...lines.slice(0, shown), `    … and ${lines.length - shown} more`] : lines;
}

/** What stands before the event's or the answer's own bytes. */
function told({ offset, timestamp, value }: InRecord): string {
  const [head = ''] = (value?.toString('utf8') ?? '').split('\n', 1);
  return `${offset} at ${new Date(timestamp).toISOString()}: ${head.slice(0, lineMax)}`;
}
