import { Ledger, SubscriptionLedger, TenantLedger } from './ledger.js';

function subscription(lanes: number, attemptsInVain: (n: number) => number | undefined = () => undefined) {
  const ledger = new Ledger();
  const tenant = new TenantLedger('t', 'key', 'a tenant');
  ledger.tenants.push(tenant);
  const one = new SubscriptionLedger(tenant, 'sub', 'a subscription', lanes, attemptsInVain);
  tenant.subscriptions.push(one);
  const accept = (...numbers: number[]): void => {
    tenant.published = Math.max(tenant.published, ...numbers.map((n) => n + 1));
    for (const n of numbers) tenant.accept(n);
  };
  const deliver = (n: number): void => {
    one.arrived(n, `evt_${n}`);
    one.took(n, 0);
  };
  return { ledger, tenant, one, accept, deliver };
}

describe('what is open', () => {
  it('is what was accepted and not taken', () => {
    const { ledger, one, accept, deliver } = subscription(1);
    accept(0, 1, 2);
    deliver(0);
    deliver(2);
    expect(ledger.open()).toEqual([{ subscription: one, n: 1 }]);
  });

  it('is not what was never accepted', () => {
    const { ledger, tenant, accept } = subscription(1);
    accept(0);
    tenant.published = 5;
    expect(ledger.open().map(({ n }) => n)).toEqual([0]);
  });

  it('is not what used up its attempts; one attempt less is open', () => {
    const { ledger, one, accept } = subscription(1, (n) => (n === 1 ? 4 : undefined));
    accept(0, 1);
    one.refused(0, 4);
    one.refused(1, 3);
    expect(ledger.open().map(({ n }) => n)).toEqual([0, 1]);
    one.refused(1, 4);
    expect(ledger.open().map(({ n }) => n)).toEqual([0]);
    expect(one.state(1)).toBe('used-up');
  });
});

describe('order', () => {
  it('is broken by an event that comes before an earlier one of its lane is over', () => {
    const { one, deliver } = subscription(1);
    deliver(0);
    one.arrived(1, 'evt_1');
    one.refused(1, 1);
    deliver(2);
    deliver(1);
    expect(one.overtaken).toBe(1);
    expect(one.wasOvertaken(1)).toBe(true);
  });

  it('counts an overtaken event once, however many overtake it', () => {
    const { one, deliver } = subscription(1);
    for (const n of [2, 3, 4, 0, 1, 5]) deliver(n);
    expect([one.overtaken, one.wasOvertaken(0), one.wasOvertaken(1)]).toEqual([2, true, true]);
  });

  it('is not broken by a repeat, by what used up its attempts, or by another lane', () => {
    const { one, deliver } = subscription(2, (n) => (n === 2 ? 1 : undefined));
    deliver(0);
    one.arrived(2, 'evt_2');
    one.refused(2, 1);
    deliver(4);
    deliver(0);
    deliver(1);
    deliver(3);
    expect(one.overtaken).toBe(0);
    deliver(7);
    expect(one.wasOvertaken(5)).toBe(true);
  });

  it('is not asked for without lanes', () => {
    const { one, deliver } = subscription(0);
    for (const n of [3, 1, 2]) deliver(n);
    expect(one.overtaken).toBe(0);
  });
});

describe('repeats', () => {
  it('are what was taken more than once', () => {
    const { one, deliver } = subscription(0);
    deliver(0);
    one.arrived(0, 'evt_0');
    one.refused(0, 1);
    expect(one.duplicates).toBe(0);
    expect([one.took(0, 7), one.took(0, 8), one.took(1, 9)]).toEqual([0, 0, undefined]);
    expect([one.duplicates, one.taken, one.requested]).toEqual([2, 2, 2]);
  });

  it('have to carry the id that the event was accepted under', () => {
    const { tenant, one } = subscription(0);
    tenant.accept(0, 'evt_a');
    one.arrived(0, 'evt_a');
    expect(tenant.twoIds).toEqual([]);
    one.arrived(0, 'evt_b');
    expect(tenant.twoIds).toEqual([0]);
  });
});

it('keeps its counts when numbers grow', () => {
  const { ledger, accept, deliver } = subscription(1);
  accept(0, 1_023, 1_024, 4_096, 100_000);
  for (const n of [0, 1_023, 1_024, 4_096]) deliver(n);
  expect(ledger.open().map(({ n }) => n)).toEqual([100_000]);
  expect(ledger.acceptedCount).toBe(5);
});
