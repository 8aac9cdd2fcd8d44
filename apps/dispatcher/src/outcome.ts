import type { AttemptMessage } from '@posthorn/contracts';
import { parseRetryAfterMs } from '@posthorn/domain';
import type { EgressResult } from '@posthorn/egress';

/** What an attempt came to, as lanes see it. A receiver's fault is a value, never an exception. */
export type Outcome =
  { kind: 'delivered' } | { kind: 'failed'; retryAfterMs: number; gone: boolean; overload: boolean };

export function outcomeOf(result: EgressResult, now: number): Outcome {
  if (result.kind === 'error') {
    return { kind: 'failed', retryAfterMs: 0, gone: false, overload: result.reason === 'timeout' };
  }
  const { status, headers } = result;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  return {
    kind: 'failed',
    retryAfterMs: parseRetryAfterMs(headers['retry-after'], now),
    gone: status === 410,
    overload: status === 429 || status === 503,
  };
}

/** What the HTTP client tells of an attempt. */
export type Told = Pick<
  AttemptMessage,
  | 'status'
  | 'error'
  | 'message'
  | 'startedAt'
  | 'durationMs'
  | 'timings'
  | 'responseHeaders'
  | 'truncated'
  | 'responseBody'
>;

const none = Buffer.alloc(0);

/** The part of an attempt's record that the HTTP client tells. */
export function toldBy(result: EgressResult): Told {
  const { startedAt, durationMs, dnsMs, connectMs, tlsMs, firstByteMs } = result.timings;
  const timings = {
    dnsMs: shown(dnsMs),
    connectMs: shown(connectMs),
    tlsMs: shown(tlsMs),
    firstByteMs: shown(firstByteMs),
  };
  const common = { startedAt: Math.round(startedAt), durationMs: Math.round(durationMs), timings };
  if (result.kind === 'error')
    return { ...common, error: result.reason, message: result.message, responseBody: none };
  const { status, headers, body, truncated } = result;
  return {
    ...common,
    status,
    responseHeaders: withoutCookies(headers),
    responseBody: body,
    ...(truncated ? { truncated } : {}),
  };
}

/** The record of a delivery that ended, or waits, without a request. */
export function toldWithout(now: number, message?: string): Told {
  return {
    startedAt: now,
    durationMs: 0,
    responseBody: none,
    ...(message ? { error: 'internal', message } : {}),
  };
}

/** Tenths of a millisecond; null where the HTTP client has nothing to tell (-1). */
function shown(ms: number): number | null {
  return ms < 0 ? null : Math.round(ms * 10) / 10;
}

function withoutCookies(headers: Record<string, string>): Record<string, string> {
  return 'set-cookie' in headers ? { ...headers, 'set-cookie': '[redacted]' } : headers;
}
