import type { SubscriptionMessage, SubscriptionSnapshot } from '@posthorn/contracts';
import { openHeader, secretContext, subscriptionKey } from '@posthorn/contracts';
import {
  ByType,
  FilterHistory,
  foldMatching,
  type Matchable,
  type Profile,
  profileOf,
  type SigningKeys,
} from '@posthorn/domain';
import { storedExpression } from '@posthorn/runtime';
import type { LaneSlot } from './lane-slot.js';
import { RateLimit } from './rate-limit.js';

/** Opens a sealed secret; throws when no key of the ring fits. */
export type OpenSecret = (sealed: string, context: string) => string;

/** What stands sealed in a snapshot; until when (epoch ms): the first of the secrets in use is over then. */
type Opened = { keys: SigningKeys | undefined; headers: Record<string, string>; until: number };

const nothingOpened: Opened = { keys: undefined, headers: {}, until: Infinity };

/** A subscription as its partition's owner works with it: snapshot, compiled filters, opened keys, lanes. */
export class Subscription {
  readonly key: string;
  readonly lanes = new Map<string, LaneSlot>();
  snapshot!: SubscriptionSnapshot;
  profile!: Profile;
  origin = '';
  rateLimit: RateLimit | undefined;
  /** When this owner learned of the snapshot. */
  takenAt = 0;
  private opened: Opened | undefined;
  private asked: FilterHistory;

  constructor(
    { snapshot, matching }: SubscriptionMessage,
    private readonly open: OpenSecret,
  ) {
    this.key = keyOf({ snapshot });
    this.asked = new FilterHistory(matching, storedExpression);
    this.take(snapshot);
  }

  /** Undefined when the secrets could not be opened: such deliveries fail and say so. */
  get signing(): SigningKeys | undefined {
    return this.inClear.keys;
  }

  /** The customer's own headers, opened where they were sealed. */
  get headers(): Record<string, string> {
    return this.inClear.headers;
  }

  /** Opened when something is first sent: most of thousands of subscriptions seldom send anything. */
  private get inClear(): Opened {
    // A rotated secret signs until its overlap ends, with no record that would say so.
    if (!this.opened || Date.now() >= this.opened.until) this.opened = this.openAll();
    return this.opened;
  }

  get ordered(): boolean {
    return this.snapshot.ordering !== 'unordered';
  }

  /** Its receiver fetches: nothing is ever sent. */
  get polled(): boolean {
    return this.snapshot.kind === 'poll';
  }

  /** Whether deliveries may still be made. */
  get active(): boolean {
    return this.snapshot.status === 'active' || this.snapshot.status === 'paused';
  }

  /** A newer snapshot came at `seq`; entries of the history that nothing can ask for any more are dropped. */
  apply(snapshot: SubscriptionSnapshot, seq: number, oldestSeq: number): void {
    this.take(snapshot);
    const { entries } = this.asked;
    const folded = foldMatching(entries, this.active ? snapshot.filter : null, seq, oldestSeq);
    this.asked = new FilterHistory(folded, storedExpression);
  }

  matches(event: Matchable, seq: number): boolean {
    return !this.polled && this.asked.matches(event, seq);
  }

  /** Whether any filter it has had, as far as somebody may still ask, could match events of this type. */
  asksFor(type: string): boolean {
    return !this.polled && this.asked.mayMatch(type);
  }

  message(): SubscriptionMessage {
    return { snapshot: this.snapshot, matching: [...this.asked.entries] };
  }

  private take(snapshot: SubscriptionSnapshot): void {
    this.snapshot = snapshot;
    this.takenAt = Date.now();
    this.profile = profileOf(snapshot.profile);
    const { rateLimit: perS } = snapshot;
    if (!perS) this.rateLimit = undefined;
    else if (this.rateLimit?.perS !== perS) this.rateLimit = new RateLimit(perS, Date.now());
    if (this.active) this.origin = originOf(snapshot.url);
    this.opened = undefined;
  }

  private openAll(): Opened {
    const { tenantId, id, secrets, headers = {} } = this.snapshot;
    if (!this.active) return nothingOpened;
    const open = (sealed: string): string => this.open(sealed, secretContext(tenantId, id));
    const now = Date.now();
    const live = secrets.filter(({ expiresAt = Infinity }) => expiresAt > now);
    try {
      return {
        headers: openHeaders(headers, open),
        keys: this.profile.openKeys(live.map(({ sealed }) => open(sealed))),
        until: Math.min(...live.map(({ expiresAt = Infinity }) => expiresAt)),
      };
    } catch {
      return nothingOpened;
    }
  }
}

export const keyOf = ({ snapshot }: Pick<SubscriptionMessage, 'snapshot'>): string =>
  subscriptionKey(snapshot.tenantId, snapshot.id);

/**
 * Deleted so long ago that no event from before is in the log any more: nobody can ask for it, and its record
 * may go.
 */
export function isForgotten({ snapshot, matching }: SubscriptionMessage, logLow: number): boolean {
  return snapshot.status === 'deleted' && matching.every(({ sinceSeq }) => sinceSeq < logLow);
}

function openHeaders(
  headers: Record<string, string>,
  open: (sealed: string) => string,
): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, openHeader(value, open)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

const asksFor = (subscription: Subscription, type: string): boolean => subscription.asksFor(type);

/** All subscriptions of a partition, by tenant. */
export class SubscriptionTable {
  private readonly byKey = new Map<string, Subscription>();
  private readonly byTenant = new Map<string, ByType<Subscription>>();

  add(subscription: Subscription): void {
    const { key, snapshot } = subscription;
    this.byKey.set(key, subscription);
    const ofTenant = this.byTenant.get(snapshot.tenantId) ?? new ByType(asksFor);
    ofTenant.set(key, subscription);
    this.byTenant.set(snapshot.tenantId, ofTenant);
  }

  remove(subscription: Subscription): void {
    const { key, snapshot } = subscription;
    this.byKey.delete(key);
    const ofTenant = this.byTenant.get(snapshot.tenantId);
    ofTenant?.delete(key);
    if (ofTenant?.size === 0) this.byTenant.delete(snapshot.tenantId);
  }

  /** What a subscription asks for is not what it was. */
  changed({ snapshot }: Subscription): void {
    this.byTenant.get(snapshot.tenantId)?.changed();
  }

  get(tenantId: string, id: string): Subscription | undefined {
    return this.at(subscriptionKey(tenantId, id));
  }

  at(key: string): Subscription | undefined {
    return this.byKey.get(key);
  }

  /** Those of a tenant that may match an event of this type. */
  asking(tenantId: string, type: string): Iterable<Subscription> {
    return this.byTenant.get(tenantId)?.of(type) ?? [];
  }

  all(): Iterable<Subscription> {
    return this.byKey.values();
  }
}
