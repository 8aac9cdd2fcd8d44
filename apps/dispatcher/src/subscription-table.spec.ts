import { jest } from '@jest/globals';
import type { SubscriptionSnapshot } from '@posthorn/contracts';
import { Webhook } from 'standardwebhooks';
import type { LogEvent } from './lane-slot.js';
import { requestOf } from './request.js';
import { Subscription, SubscriptionTable } from './subscription-table.js';

const old = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const young = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const at = Date.parse('2026-01-01T00:00:00Z');

const snapshot = (secrets: { sealed: string; expiresAt?: number }[]): SubscriptionSnapshot =>
  ({
    tenantId: 't',
    id: 'sub_1',
    version: 1,
    status: 'active',
    profile: 'standard',
    ordering: 'unordered',
    url: 'https://one.test/',
    filter: { types: ['*'] },
    secrets,
    headers: { 'X-Token': 'sealed:hidden', 'X-Plain': 'plain' },
  }) as unknown as SubscriptionSnapshot;

const event = () =>
  ({
    message: {
      id: 'evt_1',
      tenantId: 't',
      type: 'a.b',
      entity: null,
      timestamp: '2026-01-01T00:00:00Z',
      data: Buffer.from('{"a":1}'),
    },
    bodies: {},
  }) as unknown as LogEvent;

afterEach(() => void jest.useRealTimers());

function sent(subscription: Subscription) {
  const request = requestOf(subscription, event(), 1, Date.now());
  const { headers, body } = request!;
  const named: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) named[headers[i]] = headers[i + 1];
  return { named, body: String(body) };
}

function accepts(secret: string, { named, body }: ReturnType<typeof sent>): boolean {
  try {
    new Webhook(secret).verify(body, named);
    return true;
  } catch {
    return false;
  }
}

/** Receivers with the `standardwebhooks` package, before, during and after a rotation. */
it('signs with both secrets during an overlap, and with the new one alone when it is over', () => {
  jest.useFakeTimers({ now: at });
  const open = (sealed: string): string => sealed;
  const subscription = new Subscription({ snapshot: snapshot([{ sealed: old }]), matching: [] }, open);
  expect([accepts(old, sent(subscription)), accepts(young, sent(subscription))]).toEqual([true, false]);

  const rotated = [{ sealed: young }, { sealed: old, expiresAt: at + 1_000 }];
  subscription.apply(snapshot(rotated), 1, 0);
  expect([accepts(old, sent(subscription)), accepts(young, sent(subscription))]).toEqual([true, true]);

  jest.setSystemTime(at + 1_000);
  expect([accepts(old, sent(subscription)), accepts(young, sent(subscription))]).toEqual([false, true]);
});

it('opens headers that were sealed, and leaves the others', () => {
  const subscription = new Subscription({ snapshot: snapshot([{ sealed: old }]), matching: [] }, (sealed) =>
    sealed === 'hidden' ? 'in clear' : sealed,
  );
  expect(sent(subscription).named).toMatchObject({ 'X-Token': 'in clear', 'X-Plain': 'plain' });
});

it('opens nothing before something is sent, and anew after a change', () => {
  const opened: string[] = [];
  const open = (sealed: string): string => {
    opened.push(sealed);
    return sealed;
  };
  const subscription = new Subscription({ snapshot: snapshot([{ sealed: old }]), matching: [] }, open);
  expect(opened).toEqual([]);
  sent(subscription);
  sent(subscription);
  expect(opened.splice(0)).toEqual(['hidden', old]);
  subscription.apply(snapshot([{ sealed: young }]), 1, 0);
  sent(subscription);
  expect(opened).toEqual(['hidden', young]);
});

it('asks of many subscriptions those alone that may match, as they ask now', () => {
  const table = new SubscriptionTable();
  const asking = (id: number, ...types: string[]): Subscription => {
    const given = { ...snapshot([]), id: `sub_${id}`, filter: { types } };
    return new Subscription({ snapshot: given, matching: [{ sinceSeq: 0, filter: { types } }] }, String);
  };
  const [one, other, ...rest] = [1, 2, 3, 4, 5, 6].map((id) => asking(id, `type.${id}`));
  for (const subscription of [one, other, ...rest]) table.add(subscription);
  const asked = (type: string): string[] => [...table.asking('t', type)].map(({ snapshot: { id } }) => id);
  expect([asked('type.1'), asked('type.2'), asked('none')]).toEqual([['sub_1'], ['sub_2'], []]);

  // What waits from before the change is decided as it was then: both are asked.
  one.apply({ ...one.snapshot, filter: { types: ['type.2'] } }, 10, 0);
  table.changed(one);
  expect([asked('type.1'), asked('type.2')]).toEqual([['sub_1'], ['sub_1', 'sub_2']]);
  expect([
    one.matches({ type: 'type.1', entity: null }, 9),
    one.matches({ type: 'type.1', entity: null }, 10),
  ]).toEqual([true, false]);

  table.add(asking(7, 'type.2'));
  expect(asked('type.2')).toEqual(['sub_1', 'sub_2', 'sub_7']);
  table.remove(other);
  expect(asked('type.2')).toEqual(['sub_1', 'sub_7']);
  expect([...table.asking('other', 'type.2')]).toEqual([]);
});
