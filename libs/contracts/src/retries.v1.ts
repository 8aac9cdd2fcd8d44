import { decodeParts, encodeParts, requireFields, UndecodableError } from './wire.js';

/**
 * One delivery that waits for its next attempt on its own, with its event (the bytes of its `events` value).
 */
export type RetryMessage = {
  tenantId: string;
  subscriptionId: string;
  deliveryId: string;
  /** The event's offset in its partition of `events`. */
  seq: number;
  /** Attempts it has had; the next one is `attempt + 1`. */
  attempt: number;
  dueAt: number;
  /** Set by a person's or a job's request; such a delivery is recorded as replayed. */
  replayId?: string;
  event: Buffer;
};

/**
 * The delivery was erased: what waits of it goes with its event's bytes, also where a retry of it is written
 * a little later. Events that were accepted since are not meant.
 */
export type ForgetMessage = {
  kind: 'forget';
  tenantId: string;
  subscriptionId: string;
  deliveryId: string;
  acceptedBefore: number;
};

/** A parked lane's time has come: the token its record asked for. */
export type LaneDue = {
  kind: 'lane';
  tenantId: string;
  subscriptionId: string;
  lane: string;
  cursor: number;
  attempt: number;
  /** Never to be acted on before this instant (epoch ms), though the token may come a little earlier. */
  dueAt: number;
};

export type DeliveryDue = { kind: 'delivery' } & RetryMessage;

export type DueMessage = LaneDue | DeliveryDue;

const retryFields = {
  tenantId: 'string',
  subscriptionId: 'string',
  deliveryId: 'string',
  seq: 'number',
  attempt: 'number',
  dueAt: 'number',
} as const;

export function encodeRetry({ event, ...head }: RetryMessage): Buffer {
  return encodeParts(head, event);
}

/** @throws UndecodableError */
export function decodeRetry(value: Buffer | null): RetryMessage {
  const { head, tail } = decodeParts(value);
  requireFields(head, retryFields);
  head.event = tail;
  return head as RetryMessage;
}

export function encodeForget(message: ForgetMessage): Buffer {
  return encodeParts(message, null);
}

/** @throws UndecodableError */
export function decodeRetries(value: Buffer | null): RetryMessage | ForgetMessage {
  const { head } = decodeParts(value);
  if (head['kind'] !== 'forget') return decodeRetry(value);
  requireFields(head, {
    ...{ tenantId: 'string', subscriptionId: 'string', deliveryId: 'string', acceptedBefore: 'number' },
  });
  return head as ForgetMessage;
}

export function encodeDue(message: DueMessage): Buffer {
  if (message.kind === 'lane') return encodeParts(message, null);
  const { event, ...head } = message;
  return encodeParts(head, event);
}

/** @throws UndecodableError */
export function decodeDue(value: Buffer | null): DueMessage {
  const { head, tail } = decodeParts(value);
  if (head.kind === 'lane') {
    requireFields(head, {
      tenantId: 'string',
      subscriptionId: 'string',
      lane: 'string',
      cursor: 'number',
      attempt: 'number',
      dueAt: 'number',
    });
    return head as LaneDue;
  }
  if (head.kind !== 'delivery') throw new UndecodableError(`unknown kind ${String(head.kind)}`);
  requireFields(head, retryFields);
  head.event = tail;
  return head as DeliveryDue;
}
