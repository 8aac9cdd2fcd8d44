import {
  encodeControl,
  eventsTopic,
  type Filter,
  type RetryPolicy,
  type SubscriptionSnapshot,
} from '@posthorn/contracts';
import type { Ordering, ProfileName } from '@posthorn/domain';
import type { SecretKind } from './secret-rules.js';
import type { Stored } from '../aggregates/stored-event.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';

export type SubscriptionStatus = 'active' | 'paused' | 'disabled';

/** Sealed under secretContext(tenantId, id); newest first. */
export type SealedSecret = {
  sealed: string;
  /** Epoch ms at which its overlap ends; the newest has none. */
  expiresAt?: number;
  /** Absent in what was made before secrets had names. */
  id?: string;
  createdAt?: string;
  kind?: SecretKind;
  /** `whpk_…`, for ed25519. */
  publicKey?: string;
};

/** What a standard receiver has to do before its URL is saved. */
export type Verification = 'none' | 'challenge';

/** What its owner may change. */
export type SubscriptionSettings = {
  name: string;
  /** For people. Absent in events from before there was one. */
  description?: string;
  url: string;
  filter: Filter;
  secrets: SealedSecret[];
  retryPolicy: RetryPolicy;
  timeoutMs: number;
  rateLimit: number | null;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  verification?: Verification;
  /** Deliveries a second that the receiver said it takes; beside `rateLimit`, which is its owner's. */
  allowedRate?: number | null;
};

/** A registered webhook. `deleted` is the last state of an aggregate; the read table has no such rows. */
export type Subscription = SubscriptionSettings & {
  /** Its receiver fetches (`…/poll`), and nothing is sent. */
  kind?: 'poll';
  tenantId: string;
  id: string;
  version: number;
  profile: ProfileName;
  ordering: Ordering;
  status: SubscriptionStatus | 'deleted';
  /** Why it is not active, where that was not its owner's doing. */
  statusReason: string | null;
  statusChangedAt: string;
  createdAt: string;
  updatedAt: string;
  /** Where in the log it began, if that was in the past and it keeps order. */
  startSeq?: number;
};

/** Without a cause it was somebody's doing. */
export type StatusChange = { status: SubscriptionStatus; reason?: string; cause?: DisablingCause };

/** What a receiver did to be switched off: it answered 410, or it failed for days on end. */
export type DisablingCause = 'gone' | 'failing';

/** Said to the partition's owner about what waits; of the subscription itself nothing changes. */
export type OrderEvent =
  | {
      type: 'retry-ordered' | 'skip-ordered';
      /** `cursors`: where the lanes waited that it is about, as far as that was known. */
      payload: { commandId: string; cursors?: number[] };
    }
  /** What came from an offset on until now, as a replay: the start in the past where no order is kept. */
  | { type: 'replay-ordered'; payload: { commandId: string; replayId: string; fromSeq: number } };

export type SubscriptionEvent =
  | {
      type: 'created';
      payload: SubscriptionSettings & {
        kind?: 'poll';
        profile: ProfileName;
        ordering: Ordering;
        status: SubscriptionStatus;
        startSeq?: number;
      };
    }
  | { type: 'changed'; payload: Partial<SubscriptionSettings> }
  /** Sealed under another key of the ring; what they are did not change. */
  | { type: 'resealed'; payload: Pick<SubscriptionSettings, 'secrets' | 'headers'> }
  | { type: 'status-changed'; payload: StatusChange }
  | OrderEvent
  | { type: 'deleted'; payload: Record<string, never> };

export function applySubscriptionEvent(
  state: Subscription | undefined,
  event: Stored<SubscriptionEvent>,
): Subscription {
  const { aggregateId: id, version, at } = event;
  if (event.type === 'created') {
    const place = { tenantId: event.tenantId ?? '', id, version };
    const times = { statusChangedAt: at, createdAt: at, updatedAt: at };
    return { ...event.payload, ...place, ...times, statusReason: null };
  }
  if (!state) throw new Error(`subscription ${id} has ${event.type} before created`);
  const next = { ...state, version, updatedAt: at };
  switch (event.type) {
    case 'retry-ordered':
    case 'skip-ordered':
    case 'replay-ordered':
      return { ...state, version };
    case 'resealed':
      return { ...state, ...event.payload, version };
    case 'changed':
      return { ...next, ...event.payload };
    case 'status-changed': {
      const { status, reason = null } = event.payload;
      return { ...next, status, statusReason: reason, statusChangedAt: at };
    }
    case 'deleted':
      // Nothing is signed for it any more, so nothing of it is kept where a search would find it.
      return {
        ...next,
        secrets: [],
        headers: {},
        status: 'deleted',
        statusReason: null,
        statusChangedAt: at,
      };
  }
}

/** Field by field: nothing that the state may hold one day travels by accident. */
export function snapshotOf(state: Subscription): SubscriptionSnapshot {
  return {
    tenantId: state.tenantId,
    id: state.id,
    version: state.version,
    profile: state.profile,
    name: state.name,
    ...(state.kind === undefined ? {} : { kind: state.kind }),
    url: state.url,
    status: state.status,
    ordering: state.ordering,
    filter: state.filter,
    secrets: state.secrets.map(({ sealed, expiresAt }) => ({
      sealed,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })),
    retryPolicy: state.retryPolicy,
    timeoutMs: state.timeoutMs,
    rateLimit: rateOf(state),
    headers: state.headers,
    metadata: state.metadata,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
  };
}

/** The lower of what its owner and its receiver say. */
function rateOf({ rateLimit, allowedRate }: Subscription): number | null {
  const rate = Math.min(rateLimit ?? Infinity, allowedRate ?? Infinity);
  return rate === Infinity ? null : rate;
}

const laneCommands = {
  'retry-ordered': 'retry-now',
  'skip-ordered': 'skip',
  'replay-ordered': 'replay',
} as const;

/** The order as the partition's owner reads it, at its place among snapshots and events. */
export function orderRecord({ tenantId, id }: Subscription, { type, payload }: OrderEvent): OutboxRecord {
  const { commandId, ...args } = payload;
  const value = encodeControl({
    kind: 'command',
    id: commandId,
    tenantId,
    subscriptionId: id,
    command: laneCommands[type],
    args,
  });
  return { topic: eventsTopic.name, key: tenantId, value };
}

/** The control record: the whole snapshot, in the tenant's partition, at its place among the events. */
export function subscriptionRecord(state: Subscription): OutboxRecord {
  const { tenantId, version, startSeq } = state;
  const start = version === 1 && startSeq !== undefined ? { startSeq } : {};
  const value = encodeControl({ kind: 'subscription', tenantId, snapshot: snapshotOf(state), ...start });
  return { topic: eventsTopic.name, key: tenantId, value };
}
