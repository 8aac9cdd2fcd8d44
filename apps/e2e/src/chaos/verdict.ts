import { type DeliveryLog, deliveryKey, type Logged } from './delivery-log.js';
import type { Ledger, Offence, SubscriptionLedger, TenantLedger } from './ledger.js';
import type { Ordering } from './plan.js';
import { timestampOf } from './plan.js';

/** Deliveries, counted: an event once for every subscription it was accepted for. */
export type Counts = {
  accepted: number;
  delivered: number;
  failed: number;
  waiting: number;
  lost: number;
  outOfOrder: number;
  duplicates: number;
  /** The delivery log tells something else than the receivers. */
  untrue: number;
};

export type Broken = Offence & { what: string };

export type Verdict = { byOrdering: Map<Ordering, Counts>; total: Counts; broken: Broken[] };

export const noCounts = (): Counts => ({
  accepted: 0,
  delivered: 0,
  failed: 0,
  waiting: 0,
  lost: 0,
  outOfOrder: 0,
  duplicates: 0,
  untrue: 0,
});

/** Holds what receivers got and what the delivery log says against what was accepted. */
export async function judge(
  ledger: Ledger,
  orderings: readonly Ordering[],
  log: DeliveryLog,
): Promise<Verdict> {
  const byOrdering = new Map<Ordering, Counts>();
  const broken: Broken[] = [];
  for (const [i, tenant] of ledger.tenants.entries()) {
    const counts = byOrdering.get(orderings[i]) ?? noCounts();
    byOrdering.set(orderings[i], counts);
    await judgeTenant(tenant, log, counts, broken);
  }
  const total = noCounts();
  for (const counts of byOrdering.values())
    for (const name of Object.keys(total) as (keyof Counts)[]) total[name] += counts[name];
  return { byOrdering, total, broken };
}

async function judgeTenant(
  tenant: TenantLedger,
  log: DeliveryLog,
  counts: Counts,
  broken: Broken[],
): Promise<void> {
  await identifyAll(tenant, log);
  const logged = await log.deliveries(tenant);
  const [first] = tenant.subscriptions;
  for (const n of tenant.twoIds) broken.push({ subscription: first, n, what: 'came under two ids' });
  for (const subscription of tenant.subscriptions) {
    counts.outOfOrder += subscription.overtaken;
    counts.duplicates += subscription.duplicates;
    for (const n of tenant.acceptedNumbers()) {
      const eventId = tenant.eventId(n);
      const entry = eventId === undefined ? undefined : logged.get(deliveryKey(subscription.id, eventId));
      judgeDelivery({ subscription, n }, entry, counts, broken);
    }
  }
}

function judgeDelivery(
  offence: { subscription: SubscriptionLedger; n: number },
  entry: Logged | undefined,
  counts: Counts,
  broken: Broken[],
): void {
  const { subscription, n } = offence;
  counts.accepted++;
  if (subscription.wasOvertaken(n)) broken.push({ ...offence, what: 'was overtaken in its lane' });
  const said = entry?.status ?? 'nothing';
  const state = subscription.state(n);
  if (state === 'open') {
    if (said !== 'waiting' && said !== 'pending') {
      counts.lost++;
      broken.push({ ...offence, what: `is lost; the delivery log says ${said}` });
      return;
    }
    counts.waiting++;
    if (!isScheduled(entry!)) broken.push({ ...offence, what: 'waits, and not for its next attempt' });
    return;
  }
  counts[state === 'taken' ? 'delivered' : 'failed']++;
  const expected = state === 'taken' ? 'delivered' : 'failed';
  if (said === expected) return;
  counts.untrue++;
  broken.push({ ...offence, what: `is ${expected}, and the delivery log says ${said}` });
}

/** Still in its documented retry schedule. */
function isScheduled({ nextAttemptAt }: Logged): boolean {
  return nextAttemptAt !== null && Date.parse(nextAttemptAt) > Date.now();
}

/** What came by the inbox and never reached a receiver has no id yet. */
async function identifyAll(tenant: TenantLedger, log: DeliveryLog): Promise<void> {
  const unknown = [...tenant.acceptedNumbers()].filter((n) => tenant.eventId(n) === undefined);
  if (unknown.length === 0) return;
  const ids = await log.eventIds(tenant);
  for (const n of unknown) {
    const id = ids.get(timestampOf(n));
    if (id !== undefined) tenant.identify(n, id);
  }
}
