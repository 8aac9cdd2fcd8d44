import { decodeParts, encodeParts, requireFields, UndecodableError } from './wire.js';

/**
 * One attempt ended, or a delivery ended without one (expired, cancelled). Written by dispatcher; read by
 * delivery-log.
 */
export type AttemptMessage = {
  kind: 'attempt';
  tenantId: string;
  subscriptionId: string;
  deliveryId: string;
  eventId: string;
  eventType: string;
  seq: number;
  /** Epoch milliseconds at which the event was accepted: what is kept by day is kept under that day. */
  acceptedAt?: number;
  /** From 1; 0 for a delivery that ended without an attempt. */
  attempt: number;
  outcome: 'delivered' | 'failed' | 'expired' | 'cancelled';
  /** The delivery is over with this record. */
  final: boolean;
  /** HTTP status, where there was a response. */
  status?: number;
  /**
   * Where there was none: dns, connect, tls, timeout, refused-address, refused-url, reset, protocol, closed.
   */
  error?: string;
  message?: string;
  url: string;
  startedAt: number;
  durationMs: number;
  /** Null for a phase that did not happen (a connection that was used again) or did not end. */
  timings?: Record<'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs', number | null>;
  nextAttemptAt?: number;
  requestHeaders?: Record<string, string>;
  responseHeaders?: Record<string, string>;
  truncated?: boolean;
  replayId?: string;
  /** At most 16 KiB of the response's body. */
  responseBody: Buffer;
};

/**
 * What waited in a lane was dropped: every delivery of the subscription with fromSeq <= seq < untilSeq that
 * is not over.
 */
export type LaneCancelled = {
  kind: 'lane-cancelled';
  tenantId: string;
  subscriptionId: string;
  lane: string;
  fromSeq: number;
  untilSeq: number;
  at: number;
  reason: 'disabled' | 'deleted' | 'skipped' | 'expired';
};

export type AttemptsMessage = AttemptMessage | LaneCancelled;

export function encodeAttempts(message: AttemptsMessage): Buffer {
  if (message.kind === 'lane-cancelled') return encodeParts(message, null);
  const { responseBody, ...head } = message;
  return encodeParts(head, responseBody);
}

/** @throws UndecodableError */
export function decodeAttempts(value: Buffer | null): AttemptsMessage {
  const { head, tail } = decodeParts(value);
  if (head.kind === 'lane-cancelled') {
    requireFields(head, {
      tenantId: 'string',
      subscriptionId: 'string',
      lane: 'string',
      fromSeq: 'number',
      untilSeq: 'number',
    });
    return head as LaneCancelled;
  }
  if (head.kind !== 'attempt') throw new UndecodableError(`unknown kind ${String(head.kind)}`);
  requireFields(head, {
    tenantId: 'string',
    subscriptionId: 'string',
    deliveryId: 'string',
    eventId: 'string',
    seq: 'number',
    attempt: 'number',
    outcome: 'string',
  });
  head.responseBody = tail;
  return head as AttemptMessage;
}
