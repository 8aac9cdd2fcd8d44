import { decodeEvents, eventsTopic, UndecodableError } from '@posthorn/contracts';
import type { KafkaConnection, LogReader } from '@posthorn/messaging';
import { dedupAgeMs, type DedupMap } from './dedup-map.js';

/**
 * A takeover may not take for ever: of a partition that is busier than this, older repeats are delivered
 * again.
 */
const recordsMax = 50_000;

/**
 * A new owner learns the ids of the last ten minutes before it reads on, so that it knows repeats of them.
 */
export async function refill(
  { kafka, reader }: { kafka: KafkaConnection; reader: LogReader },
  dedup: DedupMap,
  partition: number,
  next: number,
): Promise<void> {
  const since = await kafka.offsetAt(eventsTopic.name, partition, Date.now() - dedupAgeMs);
  const from = Math.max(since, next - recordsMax);
  if (from >= next) return;
  await reader.readRange(eventsTopic.name, partition, from, next, (records) => {
    for (const { offset, value, timestamp } of records) {
      const id = eventIdOf(value);
      if (id && offset < next) dedup.firstOffset({ partition, id, offset, at: timestamp });
    }
  });
}

function eventIdOf(value: Buffer | null): string | undefined {
  try {
    const message = decodeEvents(value);
    return message.kind === 'event' ? message.id : undefined;
  } catch (error) {
    if (error instanceof UndecodableError) return undefined;
    throw error;
  }
}
