import type { DeliveryLog, Logged } from './delivery-log.js';
import { deliveryKey } from './delivery-log.js';
import { Ledger, SubscriptionLedger, TenantLedger } from './ledger.js';
import { timestampOf } from './plan.js';
import { judge, noCounts, type Verdict } from './verdict.js';

const soon = new Date(Date.now() + 60_000).toISOString();

type Event = { got: 'taken' | 'used-up' | 'nothing'; log?: string; nextAttemptAt?: string; id?: null };

/** Judges a strict subscription whose events came out like that. */
async function verdictOf(...events: Event[]): Promise<Verdict> {
  const ledger = new Ledger();
  const tenant = new TenantLedger('t', 'key', 'a tenant');
  const one = new SubscriptionLedger(tenant, 'sub', 'a subscription', 0, () => 1);
  tenant.subscriptions.push(one);
  ledger.tenants.push(tenant);
  const logged = new Map<string, Logged>();
  tenant.published = events.length;
  events.forEach(({ got, log, nextAttemptAt = null, id }, n) => {
    tenant.accept(n, id === null ? undefined : `evt_${n}`);
    if (got === 'taken') one.took(n, 0);
    if (got === 'used-up') one.refused(n, 1);
    if (log) logged.set(deliveryKey('sub', `evt_${n}`), { status: log, nextAttemptAt, seq: n });
  });
  const ids = new Map(events.map((_, n) => [timestampOf(n), `evt_${n}`]));
  const log = { deliveries: async () => logged, eventIds: async () => ids } as unknown as DeliveryLog;
  return judge(ledger, ['strict'], log);
}

const whats = ({ broken }: Verdict): string[] => broken.map(({ n, what }) => `${n} ${what}`);

it('breaks nothing when receivers and delivery log agree', async () => {
  const verdict = await verdictOf(
    { got: 'taken', log: 'delivered' },
    { got: 'used-up', log: 'failed' },
    { got: 'nothing', log: 'waiting', nextAttemptAt: soon },
  );
  expect(verdict.broken).toEqual([]);
  expect(verdict.total).toEqual({ ...noCounts(), accepted: 3, delivered: 1, failed: 1, waiting: 1 });
  expect(verdict.byOrdering.get('strict')).toEqual(verdict.total);
});

it.each([[undefined], ['delivered'], ['failed'], ['cancelled'], ['expired']])(
  'calls it lost when no receiver has it and the delivery log says %s',
  async (log) => {
    const verdict = await verdictOf({ got: 'nothing', ...(log ? { log } : {}) });
    expect(verdict.total).toEqual({ ...noCounts(), accepted: 1, lost: 1 });
    expect(whats(verdict)).toEqual([`0 is lost; the delivery log says ${log ?? 'nothing'}`]);
  },
);

it('wants to know what a waiting delivery waits for', async () => {
  const verdict = await verdictOf(
    { got: 'nothing', log: 'pending' },
    { got: 'nothing', log: 'waiting', nextAttemptAt: '2026-04-15T10:00:00.000Z' },
  );
  expect(verdict.total.waiting).toBe(2);
  expect(whats(verdict)).toEqual([0, 1].map((n) => `${n} waits, and not for its next attempt`));
});

it.each<[Event]>([
  [{ got: 'taken' }],
  [{ got: 'taken', log: 'waiting' }],
  [{ got: 'taken', log: 'failed' }],
  [{ got: 'used-up', log: 'delivered' }],
])('does not believe a delivery log that differs from the receiver: %j', async (event) => {
  const { total, broken } = await verdictOf(event);
  expect([total.lost, total.untrue, broken.length]).toEqual([0, 1, 1]);
});

it('asks the delivery log for the ids of what came by the inbox', async () => {
  const verdict = await verdictOf({ got: 'nothing', log: 'waiting', nextAttemptAt: soon, id: null });
  expect(verdict.total).toEqual({ ...noCounts(), accepted: 1, waiting: 1 });
  expect(verdict.broken).toEqual([]);
});
