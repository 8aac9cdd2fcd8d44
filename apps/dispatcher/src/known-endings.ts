import {
  type AttemptMessage,
  attemptsTopic,
  decodeAttempts,
  subscriptionKey,
  UndecodableError,
} from '@posthorn/contracts';
import type { InRecord, KafkaConnection, LogReader } from '@posthorn/messaging';
import type { Subscription } from './subscription-table.js';

/** A takeover may not take for ever: of a partition that is busier than this, more is delivered again. */
const recordsMax = 20_000;
/**
 * So long before the last window an outcome may have been sent to Kafka without any durable record that
 * covers it: a lane that catches up writes its cursor every second, and an outage delays acknowledgements.
 */
const marginMs = 10_000;

/** Of one subscription: ids of the events by seq, and the last seq. */
type Endings = { eventIds: Map<number, string>; last: number };

/**
 * Deliveries that are over in `attempts`, while the windows and cursors of the owner that recorded them were
 * not written any more: it was killed, or lost Kafka. Without this, each of them would be delivered again.
 * Nothing is lost where it knows too little, and nothing can be where it is right: what it hides has its
 * final outcome acknowledged. Replays are left out: they repeat what an owner leaves behind.
 */
export class KnownEndings {
  private readonly bySubscription = new Map<string, Endings>();

  add({ tenantId, subscriptionId, seq, eventId, final, replayId }: AttemptMessage): void {
    if (!final || replayId !== undefined) return;
    const key = subscriptionKey(tenantId, subscriptionId);
    const known = this.bySubscription.get(key) ?? { eventIds: new Map<number, string>(), last: -1 };
    this.bySubscription.set(key, known);
    known.eventIds.set(seq, eventId);
    known.last = Math.max(known.last, seq);
  }

  /** The id is compared too: a log that lost its tail in a power cut gives the same seq to another event. */
  has({ key }: Subscription, seq: number, eventId: string): boolean {
    return this.bySubscription.get(key)?.eventIds.get(seq) === eventId;
  }

  /** What nobody can come to any more is forgotten. @param position the main reader's */
  sweep(position: number, subscriptionAt: (key: string) => Subscription | undefined): void {
    for (const [key, { last }] of this.bySubscription) {
      if (last >= position) continue;
      const lanes = subscriptionAt(key)?.lanes.values() ?? [];
      if ([...lanes].every(({ lane }) => lane.coversFrom > last)) this.bySubscription.delete(key);
    }
  }
}

/**
 * What `attempts` tells of deliveries that ended shortly before the last window (written at `windowAt`) and
 * since.
 */
export async function readEndings(
  { kafka, reader }: { kafka: KafkaConnection; reader: LogReader },
  partition: number,
  windowAt: number,
): Promise<KnownEndings> {
  const endings = new KnownEndings();
  const admin = await kafka.admin();
  const topic = kafka.topicName(attemptsTopic.name);
  const { low, high } = (await kafka.endOffsets(attemptsTopic.name)).get(partition) ?? { low: 0, high: 0 };
  const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, windowAt - marginMs);
  const since = Number(offsets.find((entry) => entry.partition === partition)?.offset ?? high);
  const from = Math.max(since < 0 ? high : since, high - recordsMax, low);
  if (from >= high) return endings;
  await reader.readRange(attemptsTopic.name, partition, from, high, (records) => {
    for (const record of records) addTo(endings, record);
  });
  return endings;
}

function addTo(endings: KnownEndings, { value }: InRecord): void {
  try {
    const message = decodeAttempts(value);
    if (message.kind === 'attempt') endings.add(message);
  } catch (error) {
    if (!(error instanceof UndecodableError)) throw error;
  }
}
