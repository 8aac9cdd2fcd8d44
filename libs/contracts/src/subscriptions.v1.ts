import { decodeObject, encodeObject, joinKey, requireFields } from './wire.js';

/** `expression`: a CEL condition on top of types or entities. */
export type Filter = ({ types: string[] } | { entities: { name: string; changes: string[] }[] }) & {
  expression?: string;
};

export type RetryPolicy =
  | { delaysMs: number[]; jitter?: number }
  | { baseMs: number; factor: number; maxMs: number; attempts: number; jitter: number };

/** Everything a dispatcher has to know of a subscription. Secrets are sealed (AES-256-GCM), newest first. */
export type SubscriptionSnapshot = {
  tenantId: string;
  id: string;
  /** The aggregate's version: older or equal ones are ignored. */
  version: number;
  profile: 'brutlers' | 'brz365' | 'standard' | 'cloudevents';
  name: string;
  /** Fetched by its receiver, never sent: it has no URL. */
  kind?: 'poll';
  url: string;
  status: 'active' | 'paused' | 'disabled' | 'deleted';
  ordering: 'strict' | 'per-entity' | 'unordered';
  filter: Filter;
  secrets: { sealed: string; expiresAt?: number }[];
  retryPolicy: RetryPolicy;
  timeoutMs: number;
  /** Deliveries per second; null is no limit. */
  rateLimit: number | null;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  createdAt: string;
  updatedAt: string;
};

/** The filter in force from `sinceSeq` on; null matches nothing. */
export type MatchingEntry = { sinceSeq: number; filter: Filter | null };

/** A row of the compacted table, written by the partition's owner alone, in its fenced transactions. */
export type SubscriptionMessage = { snapshot: SubscriptionSnapshot; matching: MatchingEntry[] };

export const subscriptionKey = (tenantId: string, subscriptionId: string): string =>
  joinKey(tenantId, subscriptionId);

/**
 * What seals a subscription's secrets to their place: one sealed value cannot be moved to another
 * subscription.
 */
export const secretContext = (tenantId: string, subscriptionId: string): string =>
  `subscription/${joinKey(tenantId, subscriptionId)}`;

/** Stands before the sealed text of a customer's header that looks like a credential. */
export const sealedMark = 'sealed:';

export function isSealed(value: string): boolean {
  return value.startsWith(sealedMark);
}

/** A header's value as the receiver gets it. Throws what `open` throws. */
export function openHeader(value: string, open: (sealed: string) => string): string {
  return isSealed(value) ? open(value.slice(sealedMark.length)) : value;
}

export function encodeSubscription(message: SubscriptionMessage): Buffer {
  return encodeObject(message);
}

/** @throws UndecodableError */
export function decodeSubscription(value: Buffer | null): SubscriptionMessage {
  const head = decodeObject(value);
  requireFields(head, { snapshot: 'object', matching: 'object' });
  return head as SubscriptionMessage;
}
