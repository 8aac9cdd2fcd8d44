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
/** The same bound for receivers that answer with long bodies. */
const bytesMax = 64 * 1024 * 1024;
/**
 * So long before a window or cursor an outcome may have been sent to Kafka without that record covering it:
 * an outage delays acknowledgements, and the clocks of two owners differ.
 */
export const marginMs = 10_000;

export type KnownEnding = { eventId: string; delivered: boolean; attempt: number };

/** Of one subscription: by seq, and the last seq. */
type Endings = { bySeq: Map<number, KnownEnding>; last: number };

/**
 * Deliveries that are over in `attempts`, while the windows and cursors of the owner that recorded them were
 * not written any more: it was killed, or lost Kafka. Without this, each of them would be delivered again.
 * Nothing is lost where it knows too little, and nothing can be where it is right: what it hides has its
 * final outcome acknowledged. Replays are left out: they repeat what an owner leaves behind.
 */
export class KnownEndings {
  private readonly bySubscription = new Map<string, Endings>();
  private last = -1;

  /** @param since what was recorded before is not known here (epoch ms) */
  constructor(private readonly since = 0) {}

  add({ tenantId, subscriptionId, seq, eventId, final, outcome, replayId, attempt }: AttemptMessage): void {
    if (!final || replayId !== undefined) return;
    const key = subscriptionKey(tenantId, subscriptionId);
    const known = this.bySubscription.get(key) ?? { bySeq: new Map<number, KnownEnding>(), last: -1 };
    this.bySubscription.set(key, known);
    known.bySeq.set(seq, { eventId, delivered: outcome === 'delivered', attempt });
    known.last = Math.max(known.last, seq);
    this.last = Math.max(this.last, seq);
  }

  /** The id is compared too: a log that lost its tail in a power cut gives the same seq to another event. */
  get({ key }: Subscription, seq: number, eventId: string): KnownEnding | undefined {
    const known = this.bySubscription.get(key)?.bySeq.get(seq);
    return known?.eventId === eventId ? known : undefined;
  }

  /**
   * Since when a next owner has to know endings at or above `cursor`: what this one only knows from
   * `attempts` stands in no record of its own. `now` where there is nothing of that kind.
   */
  sinceAt({ key }: Subscription, cursor: number, now: number): number {
    const { last = -1 } = this.bySubscription.get(key) ?? {};
    return last >= cursor ? this.since : now;
  }

  /** The same for the window. @param position the main reader's: it knows what that has passed */
  sinceWindow(position: number, now: number): number {
    return this.last >= position ? this.since : now;
  }

  /** What nobody can come to any more is forgotten. @param position the main reader's */
  sweep(position: number, subscriptionAt: (key: string) => Subscription | undefined): void {
    for (const [key, { last }] of this.bySubscription) {
      if (last >= position) continue;
      const lanes = subscriptionAt(key)?.lanes.values() ?? [];
      if ([...lanes].every(({ lane }) => lane.lowest > last)) this.bySubscription.delete(key);
    }
  }
}

/** What `attempts` tells of deliveries that ended shortly before `since` (epoch ms), or later. */
export async function readEndings(
  { kafka, reader }: { kafka: KafkaConnection; reader: LogReader },
  partition: number,
  since: number,
  bounds = { recordsMax, bytesMax },
): Promise<KnownEndings> {
  const endings = new KnownEndings(since);
  const { name: topic } = attemptsTopic;
  const { low, high } = (await kafka.endOffsets(topic)).get(partition) ?? { low: 0, high: 0 };
  const first = await kafka.offsetAt(topic, partition, since - marginMs);
  let position = Math.max(first, high - bounds.recordsMax, low);
  let [count, bytes] = [0, 0];
  while (position < high) {
    const from = position;
    position = high;
    await reader.readRange(topic, partition, from, high, (records) => {
      for (const record of records) {
        addTo(endings, record);
        bytes += record.value?.length ?? 0;
      }
      count += records.length;
      // The last ones tell most: what is too much, going by what was read, is passed over in the middle.
      const next = records.at(-1)!.offset + 1;
      const rest = Math.floor(((bounds.bytesMax - bytes) * count) / bytes);
      if (bytes === 0 || high - next <= rest) return undefined;
      position = Math.max(next, high - Math.max(0, rest));
      return 'stop';
    });
  }
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
