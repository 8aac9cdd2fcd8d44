import { decodeEvents } from '@posthorn/contracts';
import fc from 'fast-check';
import { foldEvents, type Stored } from '../aggregates/stored-event.js';
import {
  applySubscriptionEvent,
  orderRecord,
  snapshotOf,
  subscriptionRecord,
  type Subscription,
  type SubscriptionEvent,
  type SubscriptionSettings,
} from './subscription.js';

const settings: SubscriptionSettings = {
  name: 'ERP',
  url: 'https://example.org/hook',
  filter: { types: ['order.created'] },
  secrets: [{ sealed: 'v1.k1.sealed' }],
  retryPolicy: { delaysMs: [1_000] },
  timeoutMs: 5_000,
  rateLimit: null,
  headers: {},
  metadata: {},
};
const created: SubscriptionEvent = {
  type: 'created',
  payload: { ...settings, profile: 'standard', ordering: 'strict', status: 'active' },
};

/** As the store numbers and dates them: one second apart. */
function stored(events: SubscriptionEvent[]): Stored<SubscriptionEvent>[] {
  return events.map((event, i) => ({
    ...event,
    ...{ aggregateId: 'sub_1', tenantId: 't', version: i + 1, actor: 'key_1', at: at(i) },
  }));
}
const at = (i: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString();
const fold = (events: SubscriptionEvent[]) => foldEvents(stored(events), applySubscriptionEvent)!;

it('is what it was created as', () => {
  expect(fold([created])).toEqual({
    ...settings,
    ...{ tenantId: 't', id: 'sub_1', version: 1, profile: 'standard', ordering: 'strict', status: 'active' },
    ...{ statusReason: null, statusChangedAt: at(0), createdAt: at(0), updatedAt: at(0) },
  });
});

it.each<[string, SubscriptionEvent[], Partial<Subscription>]>([
  ['a change', [{ type: 'changed', payload: { url: 'https://b.example' } }], { url: 'https://b.example' }],
  [
    'a change of status with its reason',
    [{ type: 'status-changed', payload: { status: 'disabled', reason: '410' } }],
    { status: 'disabled', statusReason: '410', statusChangedAt: at(1) },
  ],
  [
    'a reason is over with the status it was for',
    [
      { type: 'status-changed', payload: { status: 'disabled', reason: '410' } },
      { type: 'status-changed', payload: { status: 'active' } },
    ],
    { status: 'active', statusReason: null, statusChangedAt: at(2) },
  ],
  [
    'a change of settings leaves the status and its time alone',
    [
      { type: 'status-changed', payload: { status: 'paused' } },
      { type: 'changed', payload: { name: 'x' } },
    ],
    { status: 'paused', name: 'x', statusChangedAt: at(1) },
  ],
  [
    'who disabled it is not part of the state',
    [{ type: 'status-changed', payload: { status: 'disabled', reason: '410', cause: 'gone' } }],
    { status: 'disabled', statusReason: '410', statusChangedAt: at(1) },
  ],
  [
    'deleted',
    [{ type: 'deleted', payload: {} }],
    { status: 'deleted', statusChangedAt: at(1), secrets: [], headers: {} },
  ],
])('%s', (_, events, expected) => {
  const last = events.length;
  const common = { version: last + 1, updatedAt: at(last) };
  expect(fold([created, ...events])).toEqual({ ...fold([created]), ...common, ...expected });
});

it.each(['retry-ordered', 'skip-ordered'] as const)('%s is in the history and changes nothing', (type) => {
  const ordered: SubscriptionEvent = { type, payload: { commandId: 'cmd_1' } };
  expect(fold([created, ordered])).toEqual({ ...fold([created]), version: 2 });
});

it.each([
  ['retry-ordered', 'retry-now'],
  ['skip-ordered', 'skip'],
] as const)('%s is told to the owner as %s, under the tenant', (type, command) => {
  const { topic, key, value } = orderRecord(fold([created]), { type, payload: { commandId: 'cmd_1' } });
  expect([topic, key]).toEqual(['events.v1', 't']);
  const order = { kind: 'command', id: 'cmd_1', tenantId: 't', subscriptionId: 'sub_1', command, args: {} };
  expect(decodeEvents(value)).toEqual(order);
});

it('nothing can happen to what was never created', () => {
  expect(() => fold([{ type: 'changed', payload: {} }])).toThrow('before created');
});

const anyEvent = fc.oneof<fc.Arbitrary<SubscriptionEvent>[]>(
  fc.constant({ type: 'retry-ordered' as const, payload: { commandId: 'cmd_1' } }),
  fc.record({
    type: fc.constant('changed' as const),
    payload: fc.record(
      { name: fc.string(), rateLimit: fc.constantFrom<number | null>(1, null) },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('status-changed' as const),
    payload: fc.record({
      status: fc.constantFrom('active' as const, 'paused' as const, 'disabled' as const),
    }),
  }),
);

it('rebuilt from events in one go or in two, the state is the same, and no event is changed by it', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), fc.nat(12), (events, cut) => {
      const all = stored([created, ...events]);
      const copy = structuredClone(all);
      const whole = foldEvents(all, applySubscriptionEvent);
      const half = foldEvents(all.slice(0, 1 + cut), applySubscriptionEvent);
      expect(foldEvents(all.slice(1 + cut), applySubscriptionEvent, half)).toEqual(whole);
      expect(whole?.version).toBe(all.length);
      expect(all).toEqual(copy);
    }),
  );
});

it('the control record carries the whole snapshot under the tenant, and nothing that is not part of it', () => {
  const state = fold([created, { type: 'status-changed', payload: { status: 'disabled', reason: '410' } }]);
  const { topic, key, value } = subscriptionRecord({ ...state, ...{ note: 'internal' } });
  expect([topic, key]).toEqual(['events.v1', 't']);
  const snapshot = snapshotOf(state);
  expect(decodeEvents(value)).toEqual({ kind: 'subscription', tenantId: 't', snapshot });
  expect(Object.keys(snapshot)).not.toEqual(expect.arrayContaining(['statusReason', 'note']));
  expect(snapshot).toMatchObject({ ...settings, status: 'disabled', version: 2, updatedAt: at(1) });
});
