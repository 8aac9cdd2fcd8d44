import { subscriptionsTopic, type SubscriptionMessage } from '@posthorn/contracts';
import { OffsetWindow } from '@posthorn/messaging';
import { KnownEndings } from './known-endings.js';
import type { OwnerPorts } from './owner-ports.js';
import { PartitionOwner } from './partition-owner.js';

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

function owner(...subscriptions: SubscriptionMessage[]): PartitionOwner {
  const ports = { now: () => 0, open: () => 'secret', windowWritten: () => undefined };
  return new PartitionOwner(3, ports as unknown as OwnerPorts, {
    window: new OffsetWindow({ next: 100, capacity: 1_000 }),
    dueWindow: new OffsetWindow({ next: 0, capacity: 1_000 }),
    lanes: [],
    subscriptions,
    endings: new KnownEndings(),
    logLow: 50,
  });
}

it('lets the record of a deleted subscription go once no event from before is in the log any more', () => {
  const taken = owner(
    subscription('gone', 'deleted', 49),
    subscription('lately', 'deleted', 50),
    subscription('there', 'active', 0),
  );
  const records = taken.takeTransaction()!.records.filter(({ topic }) => topic === subscriptionsTopic.name);
  expect(records).toEqual([{ topic: subscriptionsTopic.name, partition: 3, key: 't/gone', value: null }]);
  expect([...taken.subscriptions.all()].map(({ key }) => key)).toEqual(['t/lately', 't/there']);
});
