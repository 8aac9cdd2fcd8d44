import type { SubscriptionMessage } from '@posthorn/contracts';
import { OffsetWindow } from '@posthorn/messaging';
import { KnownEndings } from '../known-endings.js';
import type { DueItem } from '../lane-slot.js';
import type { OwnerPorts, Rejection } from '../owner-ports.js';
import { PartitionOwner } from '../partition-owner.js';
import type { LoadedLane } from '../takeover.js';

export type Status = 'active' | 'paused' | 'deleted';

export const snapshot = (id: string, status: Status) => ({
  tenantId: 't',
  id,
  version: 2,
  status,
  profile: 'standard',
  ordering: 'unordered',
  url: 'https://one.test/',
  secrets: [],
  filter: { types: ['*'] },
  timeoutMs: 200,
});

export const subscription = (id: string, status: Status, sinceSeq: number): SubscriptionMessage =>
  ({
    snapshot: snapshot(id, status),
    matching: [{ sinceSeq, filter: status === 'deleted' ? null : { types: ['*'] } }],
  }) as unknown as SubscriptionMessage;

/** What owners handed on, in all of a spec. */
export const dues: DueItem[] = [];
export const told: unknown[] = [];
export const rejections: { rejection: Rejection; settle: () => void }[] = [];

/** An owner of partition 3, whose log goes from 50 to 100. */
export function owner(
  subscriptions: SubscriptionMessage[],
  lanes: LoadedLane[] = [],
  clamped: SubscriptionMessage[] = [],
  { endings = new KnownEndings(), dueEnd = 0, now = 0 } = {},
): PartitionOwner {
  const settings = { ordered: true, inFlightMax: 1, eventsMax: 10, bytesMax: 1_000, breakerFailures: 10 };
  const nothing = (): void => undefined;
  const ports = {
    now: () => now,
    open: () => 'secret',
    laneSettings: () => settings,
    ready: nothing,
    wake: nothing,
    isRepeat: () => false,
    windowWritten: nothing,
    deliverDue: (_slot: unknown, item: DueItem) => void dues.push(item),
    reject: (rejection: Rejection, settle: () => void) => void rejections.push({ rejection, settle }),
    tell: (_owner: unknown, message: unknown) => void told.push(message),
  };
  return new PartitionOwner(3, ports as unknown as OwnerPorts, {
    window: new OffsetWindow({ next: 100, capacity: 1_000 }),
    dueWindow: new OffsetWindow({ next: 0, capacity: 1_000 }),
    lanes,
    subscriptions,
    clamped: new Set(clamped),
    endings,
    log: { low: 50, high: 100 },
    dueEnd,
  });
}

export function parkedAt(cursor: number): LoadedLane {
  const record = { kind: 'parked', cursor, attempt: 1, dueAt: 9e12, failingSince: 0 } as const;
  return {
    tenantId: 't',
    subscriptionId: 's',
    lane: '0',
    moved: false,
    record: { ...record, reason: 'failing', gone: false },
  };
}
