import { userAgent } from '@posthorn/domain';
import type { EgressRequest } from '@posthorn/egress';
import type { LogEvent } from './lane-slot.js';
import type { Subscription } from './subscription-table.js';

/** Headers whose values never leave the process other than to the receiver. */
const secretHeaders = new Set([
  'authorization',
  'x-brutlers-signature',
  'webhook-signature',
  'cookie',
  'x-api-key',
]);

/**
 * The request of one attempt. `webhook-id` is the event's id, the same on every retry and replay, so that
 * receivers can
 * drop repeats; `webhook-attempt` counts from 1. Undefined when the signing secret could not be opened.
 */
export function requestOf(
  { snapshot, profile, signing, headers: own }: Subscription,
  event: LogEvent,
  attempt: number,
  now: number,
  trace = event.trace,
): EgressRequest | undefined {
  if (!signing) return undefined;
  const { message } = event;
  const body = (event.bodies[profile.name] ??= profile.render(message));
  const headers = [
    'content-type',
    profile.contentType,
    'user-agent',
    userAgent,
    'webhook-id',
    message.id,
    'webhook-attempt',
    String(attempt),
    ...profile.authHeaders(signing, message, body, now),
  ];
  for (const name in own) headers.push(name, own[name]);
  if (trace) headers.push(...Object.entries(trace).flat());
  return { method: 'POST', url: snapshot.url, headers, body, timeoutMs: snapshot.timeoutMs };
}

/** What the delivery log may show of a request's headers. */
export function shownHeaders(flat: readonly string[], own: Record<string, string>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i].toLowerCase();
    // What a customer adds may well be a credential.
    const hidden = secretHeaders.has(name) || flat[i] in own;
    shown[name] = hidden ? '[redacted]' : flat[i + 1];
  }
  return shown;
}
