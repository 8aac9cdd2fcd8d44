import type { Answer } from './client';

type Item<L> = L extends { items: (infer T)[] } ? T : never;

/** Names for what the API's document describes in place. */
export type Session = Answer<'/v1/session', 'get'>;
export type Tenant = Answer<'/v1/tenants/{tenantId}', 'get'>;
export type Subscription = Answer<'/v1/tenants/{tenantId}/subscriptions/{id}', 'get'>;
export type Health = NonNullable<Subscription['health']>;
export type Secret = Item<Answer<'/v1/tenants/{tenantId}/subscriptions/{id}/secrets', 'get'>>;
export type Probe = Answer<'/v1/tenants/{tenantId}/subscriptions/{id}/test', 'post'>;
export type EventType = Item<Answer<'/v1/tenants/{tenantId}/event-types', 'get'>>;
export type ApiKey = Item<Answer<'/v1/tenants/{tenantId}/keys', 'get'>>;
export type User = Item<Answer<'/v1/tenants/{tenantId}/users', 'get'>>;
export type PortalLink = Item<Answer<'/v1/tenants/{tenantId}/portal-links', 'get'>>;
export type AuditEntry = Item<Answer<'/v1/tenants/{tenantId}/audit', 'get'>>;
export type Delivery = Item<Answer<'/v1/tenants/{tenantId}/deliveries', 'get'>>;
export type EventSummary = Item<Answer<'/v1/tenants/{tenantId}/events', 'get'>>;

export type Profile = 'brutlers' | 'brz365' | 'standard' | 'cloudevents';
export type Page<T> = { items: T[]; nextCursor: string | null };

/** What delivery-log writes by hand (the publisher's bytes stand in it as they came), so no type says it. */
export type Timings = Partial<
  Record<'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs' | 'totalMs', number | null>
>;

export type Attempt = {
  id: string;
  attempt: number;
  outcome: string;
  startedAt: string;
  durationMs: number;
  timings: Timings | null;
  error: string | null;
  message: string | null;
  request: { method: string; url: string; headers: Record<string, string>; body: string | null };
  response: { status: number; headers: Record<string, string>; body: string; truncated: boolean } | null;
};

export type EventDetail = EventSummary & { data: unknown; deliveries: Delivery[] };

export type DeliveryDetail = Delivery & {
  subscription: { id: string; name: string; url: string; status: string } | null;
  event: (EventSummary & { data: unknown }) | null;
  attempts: Attempt[];
};

export type WaitingLane = {
  subscriptionId: string;
  lane: string;
  state: string;
  attempt: number;
  attempts: number | null;
  nextAttemptAt: string | null;
  waiting: number;
  oldestAt: string | null;
  reason: string | null;
};

export type StatsItem = {
  at: string;
  delivered: number;
  failed: number;
  attempts: number;
  latencyMs: { p50: number | null; p95: number | null; p99: number | null };
};
export type Stats = { step: string; items: StatsItem[]; backlog: { size: number; oldestAt: string | null } };

export type Replay = {
  id: string;
  subscriptionId: string;
  targetSubscriptionId: string | null;
  kind: 'failed' | 'range';
  from: string | null;
  to: string | null;
  filter?: { types?: string[]; entityName?: string; entityId?: string };
  status: 'queued' | 'running' | 'done' | 'cancelled' | 'failed';
  total: number | null;
  done: number;
  failed: number;
  /** Still to be delivered, and why. */
  waiting?: number;
  reason?: string | null;
  createdAt: string;
  endedAt: string | null;
  error: string | null;
};
