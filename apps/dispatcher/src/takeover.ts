import {
  cursorsTopic,
  decodeCursors,
  decodeSubscription,
  dueKey,
  encodeCursors,
  eventsTopic,
  dueTopic,
  laneOfKey,
  ownerKey,
  type ReplayOrder,
  type SubscriptionMessage,
  subscriptionsTopic,
  windowKey,
} from '@posthorn/contracts';
import type { LaneRecord } from '@posthorn/domain';
import {
  type BatchProducer,
  type FencedWriter,
  type InRecord,
  type KafkaConnection,
  type LogBounds,
  type LogReader,
  OffsetWindow,
  settledWithin,
} from '@posthorn/messaging';
import { type KnownEndings, marginMs, readEndings } from './known-endings.js';

/** `moved`: what is durable of it is of another log, and not where it is now. */
export type LoadedLane = {
  tenantId: string;
  subscriptionId: string;
  lane: string;
  record: LaneRecord;
  /** What a replay's order said. */
  replay?: ReplayOrder | undefined;
  /** Since when endings above its cursor may be known from `attempts` only (epoch ms). */
  since?: number | undefined;
  /** Of a paused lane: since when what it holds back has waited (epoch ms). */
  waitingSince?: number | undefined;
  moved: boolean;
};

export type TakeoverOptions = {
  nonce: string;
  instance: string;
  now: number;
  windowMax: number;
  /** The owner before saw the log end before its position. */
  cut: boolean;
};

/** A partition's durable state, as its last owner left it. */
export type LoadedPartition = {
  window: OffsetWindow;
  dueWindow: OffsetWindow;
  lanes: LoadedLane[];
  subscriptions: SubscriptionMessage[];
  /** Those whose history was clamped to a log that was cut: what is durable of it is of another one. */
  clamped: Set<SubscriptionMessage>;
  /** What is over though neither the window nor a cursor says so. */
  endings: KnownEndings;
  /** What there is of `events`. */
  log: LogBounds;
  /** The end of `due`. */
  dueEnd: number;
};

export type TakeoverParts = {
  kafka: KafkaConnection;
  reader: LogReader;
  producer: BatchProducer;
  writer: FencedWriter;
  /** Hears what it does next. */
  step(doing: string): void;
};

type Position = { next: number; bitmap: string; at?: number; since?: number };

/**
 * Taking a partition over (architecture, section 4, rule 2). The committed `_owner` record fences every
 * earlier owner;
 * `cursors` is then read until that record's nonce appears — the position of the log's end would not do,
 * because an old
 * owner's aborted transaction may stand behind it — and `subscriptions` to its stable end, taken after
 * fencing.
 */
export async function takeOver(
  parts: TakeoverParts,
  partition: number,
  { nonce, instance, now, windowMax, cut }: TakeoverOptions,
): Promise<LoadedPartition> {
  const { kafka, reader, producer, writer, step } = parts;
  step('fences the owner before');
  const owner = encodeCursors({ kind: 'owner', nonce, instance, at: now });
  await writer.fence([{ topic: cursorsTopic.name, partition, key: ownerKey, value: owner }]);

  step('reads cursors');
  const cursors = new Map<string, Buffer>();
  let seen = false;
  await reader.readRange(cursorsTopic.name, partition, 'earliest', undefined, (records) => {
    for (const { key, value } of records) {
      if (!key) continue;
      const text = key.toString('utf8');
      if (value) cursors.set(text, value);
      else cursors.delete(text);
      seen ||= text === ownerKey && isOwner(value, nonce);
    }
    return seen ? 'stop' : undefined;
  });
  if (!seen) throw new Error(`partition ${partition}: the end of cursors came before our own record`);

  step('reads subscriptions');
  const subscriptions = new Map<string, Buffer>();
  await reader.readRange(subscriptionsTopic.name, partition, 'earliest', undefined, (records) => {
    for (const { key, value } of records) remember(subscriptions, key, value);
  });

  // What this process itself still had to tell as an earlier owner.
  await settledWithin(flushMaxMs, producer.flush());
  const { at: windowAt = now, next: written, since = windowAt } = positionOf(cursors.get(windowKey));
  step('asks where the logs end');
  const events = (await kafka.endOffsets(eventsTopic.name)).get(partition) ?? { low: 0, high: 0 };
  const due = (await kafka.endOffsets(dueTopic.name)).get(partition) ?? { low: 0, high: 0 };
  const { next: dueWritten } = positionOf(cursors.get(dueKey));
  const place = { partition, writtenAt: windowAt, cut };
  const next = await readOnAt(kafka, { ...place, topic: eventsTopic.name }, written, events);
  const dueNext = await readOnAt(kafka, { ...place, topic: dueTopic.name }, dueWritten, due);
  const cutAt = next < written ? next : Infinity;
  const clamped = new Set<SubscriptionMessage>();
  const all = [...subscriptions.values()].map((value) => {
    const message = decodeSubscription(value);
    const moved = clampedTo(cutAt, message);
    if (moved) clamped.add(moved);
    return moved ?? message;
  });
  const lanes = lanesOf(cursors, cutAt);
  step('reads the last outcomes');
  const endings = await readEndings(parts, partition, endingsSince(lanes, since));
  return {
    window: windowOf(cursors.get(windowKey), next, events, windowMax),
    dueWindow: windowOf(cursors.get(dueKey), dueNext, due, windowMax),
    lanes,
    subscriptions: all,
    clamped,
    endings,
    log: events,
    dueEnd: due.high,
  };
}

function remember(table: Map<string, Buffer>, key: InRecord['key'], value: Buffer | null): void {
  if (!key) return;
  if (value) table.set(key.toString('utf8'), value);
  else table.delete(key.toString('utf8'));
}

function isOwner(value: Buffer | null, nonce: string): boolean {
  const message = value && decodeCursors(value);
  return !!message && message.kind === 'owner' && message.nonce === nonce;
}

/** How long a takeover waits for records that other traffic may keep from ever being all written. */
const flushMaxMs = 1_000;
const skewMs = 10_000;

function positionOf(value: Buffer | undefined): Position {
  return value ? (decodeCursors(value) as Position & { kind: string }) : { next: 0, bitmap: '' };
}

/**
 * Where to read on. A log that its owner saw end before its position, that does so now, or that has much
 * younger records below it than the position is, has lost its tail or is another one: what was appended since
 * the position was written, and shortly before, is read then. No offset tells what of it is new; what was
 * delivered of it is known from `attempts`. Clocks of producers may be ahead of ours by `skewMs`.
 */
async function readOnAt(
  kafka: KafkaConnection,
  { topic, partition, writtenAt, cut }: { topic: string; partition: number; writtenAt: number; cut: boolean },
  position: number,
  { low, high }: LogBounds,
): Promise<number> {
  if (!cut && position <= high) {
    const younger = await kafka.offsetAt(topic, partition, writtenAt + skewMs);
    if (younger >= position) return Math.max(position, low);
  }
  return Math.min(position, high, await kafka.offsetAt(topic, partition, writtenAt - marginMs));
}

function windowOf(
  value: Buffer | undefined,
  next: number,
  bounds: LogBounds,
  windowMax: number,
): OffsetWindow {
  const position = positionOf(value);
  // A batch may go beyond the bound at which the partition is paused.
  const capacity = 2 * windowMax + 65_536;
  const window = new OffsetWindow({ next, capacity, settledBeyond: position.bitmap });
  // A bitmap of another log would hide new records.
  return next === position.next && window.loadedEnd <= bounds.high
    ? window
    : new OffsetWindow({ next, capacity });
}

/** The oldest time from which on a lane, or the window, does not know by itself what is over. */
function endingsSince(lanes: readonly LoadedLane[], windowSince: number): number {
  return lanes.reduce((oldest, { since = oldest }) => Math.min(oldest, since), windowSince);
}

/** In a log that was cut, what is in force is so from there on; undefined where that changes nothing. */
function clampedTo(
  cutAt: number,
  { snapshot, matching }: SubscriptionMessage,
): SubscriptionMessage | undefined {
  const last = matching.at(-1);
  if (!last || last.sinceSeq <= cutAt) return undefined;
  const before = matching.filter(({ sinceSeq }) => sinceSeq < cutAt);
  return { snapshot, matching: [...before, { ...last, sinceSeq: cutAt }] };
}

/** @param cutAt from here on the log may be another one than the lanes were in */
export function lanesOf(cursors: Map<string, Buffer>, cutAt: number): LoadedLane[] {
  const lanes: LoadedLane[] = [];
  for (const [key, value] of cursors) {
    const identity = laneOfKey(key);
    if (!identity) continue;
    const message = decodeCursors(value);
    // A cursor below the log's start stays: the catch-up reader tells what expired.
    const moved = 'cursor' in message && message.cursor >= cutAt;
    if (moved) {
      message.cursor = cutAt;
      // What stands there now has had no attempt.
      message.attempt = 0;
    }
    if ('until' in message && message.until !== undefined) message.until = Math.min(message.until, cutAt);
    if (message.kind === 'parked') {
      const { kind, cursor, attempt, dueAt, failingSince, reason, gone } = message;
      const until = message.until === undefined ? {} : { until: message.until };
      const record = { kind, cursor, attempt, dueAt, failingSince, reason, gone: !!gone, ...until };
      const { replay, since, waitingSince } = message;
      lanes.push({ ...identity, record, moved, replay, since, waitingSince });
    } else if (message.kind === 'behind') {
      const { kind, cursor, attempt, failingSince } = message;
      const until = message.until === undefined ? {} : { until: message.until };
      const record = { kind, cursor, attempt, failingSince, ...until };
      lanes.push({ ...identity, record, moved, replay: message.replay, since: message.since });
    }
  }
  return lanes;
}
