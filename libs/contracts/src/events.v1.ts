import type { SubscriptionSnapshot } from './subscriptions.v1.js';
import { decodeParts, encodeParts, requireFields, UndecodableError } from './wire.js';

/**
 * An accepted event. Written by event-ingest and by outbox relays; read by dispatcher and delivery-log.
 * `data` is the publisher's JSON, byte for byte; empty when there is none.
 */
export type EventMessage = {
  kind: 'event';
  id: string;
  tenantId: string;
  type: string;
  entity: { name: string; id: string } | null;
  /** RFC 3339, as the publisher wrote it. */
  timestamp: string;
  /** Epoch milliseconds at which Posthorn accepted it. */
  acceptedAt: number;
  /** CloudEvents `source`, where it came as one. */
  source?: string;
  data: Buffer;
};

/** A subscription changed: the whole snapshot, applied by the partition's owner at this place in the log. */
export type SubscriptionChanged = {
  kind: 'subscription';
  tenantId: string;
  snapshot: SubscriptionSnapshot;
  /** Of a new subscription that keeps order: the seq it begins at, in the past. Absent: at this record. */
  startSeq?: number;
};

/** A person's or a job's order to the partition's owner. */
export type LaneCommand = {
  kind: 'command';
  id: string;
  tenantId: string;
  subscriptionId: string;
  command: 'retry-now' | 'skip' | 'retry-delivery' | 'replay' | 'cancel-replay';
  /**
   * By command: `retry-now`, `skip` {cursors?} (where the lanes are parked that it is about);
   * `retry-delivery` {deliveryId, seq}; `replay` {replayId, fromSeq, untilSeq} and a `ReplayOrder`;
   * `cancel-replay` {replayId}.
   */
  args: Record<string, unknown>;
};

export type EventsMessage = EventMessage | SubscriptionChanged | LaneCommand;

export function encodeEvent({ data, ...head }: EventMessage): Buffer {
  return encodeParts(head, data);
}

export function encodeControl(message: SubscriptionChanged | LaneCommand): Buffer {
  return encodeParts(message, null);
}

/** @throws UndecodableError */
export function decodeEvents(value: Buffer | null): EventsMessage {
  const { head, tail } = decodeParts(value);
  switch (head.kind) {
    case 'event':
      requireFields(head, {
        id: 'string',
        tenantId: 'string',
        type: 'string',
        timestamp: 'string',
        acceptedAt: 'number',
      });
      head.data = tail;
      head.entity ??= null;
      if (head.entity)
        requireFields(head.entity as Record<string, unknown>, { name: 'string', id: 'string' });
      return head as EventMessage;
    case 'subscription':
      requireFields(head, { tenantId: 'string', snapshot: 'object' });
      return head as SubscriptionChanged;
    case 'command':
      requireFields(head, {
        id: 'string',
        tenantId: 'string',
        subscriptionId: 'string',
        command: 'string',
        args: 'object',
      });
      return head as LaneCommand;
    default:
      throw new UndecodableError(`unknown kind ${String(head.kind)}`);
  }
}
