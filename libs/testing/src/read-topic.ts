import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, type IHeaders } from 'kafkajs';

export type ReadRecord = {
  partition: number;
  offset: number;
  key: string | null;
  value: string | null;
  headers: IHeaders;
};

/** Everything in a topic (full name) up to its stable end now, read committed, in order per partition. */
export async function readTopic(brokers: string[], topic: string): Promise<ReadRecord[]> {
  const kafka = new Kafka({ brokers, clientId: 'test-reader', logLevel: logLevel.NOTHING });
  const groupId = `${topic}.reader-${randomBytes(4).toString('hex')}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
  await admin.connect();
  try {
    const missing = new Map<number, number>();
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (low !== high) missing.set(partition, Number(high));
    }
    const records: ReadRecord[] = [];
    if (missing.size === 0) return records;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const complete = new Promise<void>((resolve) => {
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (Number(lastOffset) + 1 >= (missing.get(partition) ?? Infinity)) missing.delete(partition);
        if (missing.size === 0) resolve();
      });
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message: { offset, key, value, headers = {} } }) => {
        const [k, v] = [key?.toString() ?? null, value?.toString() ?? null];
        records.push({ partition, offset: Number(offset), key: k, value: v, headers });
      },
    });
    await complete;
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
