import { encodeControl, subscriptionsTopic, type SubscriptionMessage } from '@posthorn/contracts';
import { type InRecord, OffsetWindow } from '@posthorn/messaging';
import { KnownEndings } from './known-endings.js';
import type { OwnerPorts } from './owner-ports.js';
import { PartitionOwner } from './partition-owner.js';
import type { LoadedLane } from './takeover.js';

const snapshot = (id: string, status: 'active' | 'deleted') => ({
  tenantId: 't',
  id,
  version: 2,
  status,
  profile: 'standard',
  ordering: 'unordered',
  url: 'https://one.test/',
  secrets: [],
  filter: { types: ['*'] },
});

const subscription = (id: string, status: 'active' | 'deleted', sinceSeq: number): SubscriptionMessage =>
  ({
    snapshot: snapshot(id, status),
    matching: [{ sinceSeq, filter: status === 'deleted' ? null : { types: ['*'] } }],
  }) as unknown as SubscriptionMessage;

function owner(subscriptions: SubscriptionMessage[], lanes: LoadedLane[] = []): PartitionOwner {
  const settings = { ordered: true, inFlightMax: 1, eventsMax: 10, bytesMax: 1_000, breakerFailures: 10 };
  const nothing = (): void => undefined;
  const ports = {
    now: () => 0,
    open: () => 'secret',
    laneSettings: () => settings,
    ready: nothing,
    wake: nothing,
    windowWritten: nothing,
  };
  return new PartitionOwner(3, ports as unknown as OwnerPorts, {
    window: new OffsetWindow({ next: 100, capacity: 1_000 }),
    dueWindow: new OffsetWindow({ next: 0, capacity: 1_000 }),
    lanes,
    subscriptions,
    endings: new KnownEndings(),
    logLow: 50,
  });
}

function parkedAt(cursor: number): LoadedLane {
  const record = { kind: 'parked', cursor, attempt: 1, dueAt: 9e12, failingSince: 0 } as const;
  return {
    tenantId: 't',
    subscriptionId: 's',
    lane: '0',
    record: { ...record, reason: 'failing', gone: false },
  };
}

function order(command: 'skip' | 'retry-now', args: Record<string, unknown>): InRecord {
  const value = encodeControl({
    kind: 'command',
    id: 'cmd_1',
    tenantId: 't',
    subscriptionId: 's',
    command,
    args,
  });
  return { offset: 100, key: Buffer.from('t'), value, headers: {}, timestamp: 0 };
}

it('lets the record of a deleted subscription go once no event from before is in the log any more', () => {
  const taken = owner([
    subscription('gone', 'deleted', 49),
    subscription('lately', 'deleted', 50),
    subscription('there', 'active', 0),
  ]);
  const records = taken.takeTransaction()!.records.filter(({ topic }) => topic === subscriptionsTopic.name);
  expect(records).toEqual([{ topic: subscriptionsTopic.name, partition: 3, key: 't/gone', value: null }]);
  expect([...taken.subscriptions.all()].map(({ key }) => key)).toEqual(['t/lately', 't/there']);
});

describe.each(['skip', 'retry-now'] as const)('the order %s', (command) => {
  it.each([
    ['about the event at which the lane waits is obeyed', { cursors: [60, 70] }, 'behind'],
    ['about another event, read again after a takeover, is not', { cursors: [60] }, 'parked'],
    ['of an earlier version names none and is obeyed', {}, 'behind'],
  ])('%s', (_, args, state) => {
    const taken = owner([subscription('s', 'active', 0)], [parkedAt(70)]);
    taken.onEvents([order(command, args)], 101);
    expect(taken.slots.get('lane/t/s/0')!.lane.state).toBe(state);
  });
});
