import type { ReplayOrder } from './replay-order.js';
import { decodeObject, encodeObject, joinKey, requireFields, splitKey, UndecodableError } from './wire.js';

/** The owner's durable state of one partition. Every record is written in the owner's fenced transactions. */
export type CursorsMessage =
  | { kind: 'owner'; nonce: string; instance: string; at: number }
  /**
   * First unsettled offset of `events`, and a base64 bitmap of what is settled beyond it. `since` as for
   * lanes; without it, `at`.
   */
  | { kind: 'window'; next: number; bitmap: string; at: number; since?: number }
  /** The same for `due`. */
  | { kind: 'due'; next: number; bitmap: string }
  | LaneMessage;

/** A lane that is not live. A tombstone of its key says LIVE. */
export type LaneMessage = ParkedLane | BehindLane;

type LaneIdentity = {
  tenantId: string;
  subscriptionId: string;
  lane: string;
  until?: number;
  /** Of a replay's lane: what its order said. */
  replay?: ReplayOrder;
  /**
   * What this record does not say may have been recorded in `attempts` from this time on (epoch ms): events
   * at or above the cursor whose delivery is over.
   */
  since?: number;
};

export type ParkedLane = LaneIdentity & {
  kind: 'parked';
  /** Everything of the lane from here on waits; nothing below it does. */
  cursor: number;
  /** Attempts the head has had; the next one is `attempt + 1`. */
  attempt: number;
  dueAt: number;
  failingSince: number | null;
  reason: 'failing' | 'breaker' | 'paused';
  /** Of a paused lane: when the oldest that it is known to hold back was accepted (epoch ms). */
  waitingSince?: number;
  /** The receiver answered 410: subscription-api disables the subscription. */
  gone?: boolean;
};

export type BehindLane = LaneIdentity & {
  kind: 'behind';
  cursor: number;
  /** Attempts the event at the cursor has had (0 unless it waits for its next one). */
  attempt: number;
  failingSince: number | null;
};

export const ownerKey = '_owner';
export const windowKey = '_window';
export const dueKey = '_due';
export const laneKey = (tenantId: string, subscriptionId: string, lane: string): string =>
  `lane/${joinKey(tenantId, subscriptionId, lane)}`;

/** The lane a key names; undefined for the owner's own records. @throws UndecodableError */
export function laneOfKey(
  key: string,
): { tenantId: string; subscriptionId: string; lane: string } | undefined {
  if (!key.startsWith('lane/')) return undefined;
  const parts = splitKey(key.slice('lane/'.length));
  if (parts.length !== 3) throw new UndecodableError('key does not name a lane');
  const [tenantId, subscriptionId, lane] = parts;
  return { tenantId, subscriptionId, lane };
}

export function encodeCursors(message: CursorsMessage): Buffer {
  return encodeObject(message);
}

/** @throws UndecodableError */
export function decodeCursors(value: Buffer | null): CursorsMessage {
  const head = decodeObject(value);
  switch (head.kind) {
    case 'owner':
      requireFields(head, { nonce: 'string' });
      break;
    case 'window':
    case 'due':
      requireFields(head, { next: 'number', bitmap: 'string' });
      break;
    case 'parked':
      requireFields(head, {
        tenantId: 'string',
        subscriptionId: 'string',
        lane: 'string',
        cursor: 'number',
        attempt: 'number',
        dueAt: 'number',
      });
      break;
    case 'behind':
      requireFields(head, {
        tenantId: 'string',
        subscriptionId: 'string',
        lane: 'string',
        cursor: 'number',
        attempt: 'number',
      });
      break;
    default:
      throw new UndecodableError(`unknown kind ${String(head.kind)}`);
  }
  return head as CursorsMessage;
}
