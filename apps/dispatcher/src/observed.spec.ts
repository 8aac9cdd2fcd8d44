import { encodeEvent, laneKey } from '@posthorn/contracts';
import type { InRecord } from '@posthorn/messaging';
import { Metrics } from '@posthorn/runtime';
import { type Observable, observeDispatcher } from './observed.js';
import type { PartitionOwner } from './partition-owner.js';
import { lanesOf } from './takeover.js';
import { owner, parkedAt, type Status, subscription } from './testing/owner.js';

const dayMs = 86_400_000;
const key = laneKey('t', 's', '0');

/** An event at `offset` that was accepted so long ago. */
function accepted(offset: number, agoMs: number): InRecord {
  const message = {
    ...{ kind: 'event' as const, id: `evt_${offset}`, tenantId: 't', type: 'a.b', entity: null },
    timestamp: '',
    acceptedAt: Date.now() - agoMs,
    data: Buffer.from('{}'),
  };
  return { offset, key: Buffer.from('t'), value: encodeEvent(message), headers: {}, timestamp: 0 };
}

/** What is durable of the lane after the owner's next transaction. */
function commit(taken: PartitionOwner): Map<string, Buffer> {
  const { records, acknowledged } = taken.takeTransaction()!;
  acknowledged();
  const { value } = records.find((record) => record.key === key)!;
  return new Map([[key, value as Buffer]]);
}

/** In days, by the state of the lane. */
async function ages(...owners: PartitionOwner[]): Promise<Record<string, number>> {
  const metrics = new Metrics();
  const seen = { owners: () => owners, holdings: new Map(), settings: {}, tally: {} };
  const kafka = { partitionCount: () => Promise.resolve(16) };
  observeDispatcher(metrics, { ...seen, kafka, brakes: {}, sender: {}, egress: {} } as unknown as Observable);
  const { scopeMetrics } = (await metrics.collect()).resourceMetrics;
  const found = scopeMetrics[0].metrics.find(({ descriptor }) => descriptor.name === 'posthorn.backlog.age');
  return Object.fromEntries(
    found!.dataPoints.map(({ attributes, value }) => [
      attributes['posthorn.lane.state'],
      Math.floor((Number(value) * 1_000) / dayMs),
    ]),
  );
}

const nothing = { live: 0, parked: 0, paused: 0, behind: 0 };
const subscribed = (status: Status) => [subscription('s', status, 0)];

it('a paused lane that holds nothing back has no age, whatever else is in the log', async () => {
  const taken = owner(subscribed('paused'));
  commit(taken);
  taken.onEvents([], 5_000);
  expect(await ages(taken)).toEqual(nothing);
});

it('what a paused lane holds back has waited since the first of it was accepted, for the next owner too', async () => {
  const taken = owner(subscribed('paused'));
  commit(taken);
  taken.onEvents([accepted(100, 6 * dayMs), accepted(101, dayMs)], 102);
  expect(await ages(taken)).toEqual({ ...nothing, paused: 6 });
  const next = owner(subscribed('paused'), lanesOf(commit(taken), Infinity));
  expect(await ages(next)).toEqual({ ...nothing, paused: 6 });
  expect(await ages(owner(subscribed('paused'), lanesOf(commit(next), Infinity)))).toEqual({
    ...nothing,
    paused: 6,
  });
});

it('what waited in memory when its lane was paused goes on waiting', async () => {
  const taken = owner(subscribed('active'));
  taken.onEvents([accepted(100, 3 * dayMs)], 101);
  expect(await ages(taken)).toEqual({ ...nothing, live: 3 });
  taken.slots.get(key)!.pause(Date.now());
  expect(await ages(taken)).toEqual({ ...nothing, paused: 3 });
});

it('a lane that failed and was paused waits since it began to fail, and one that fails does', async () => {
  const { record, ...lane } = parkedAt(70);
  const failing = { ...lane, record: { ...record, failingSince: Date.now() - 4 * dayMs } as typeof record };
  expect(await ages(owner(subscribed('active'), [failing]))).toEqual({ ...nothing, parked: 4 });
  const paused = owner(subscribed('paused'), [failing]);
  expect(await ages(paused)).toEqual({ ...nothing, paused: 4 });
  const next = owner(subscribed('paused'), lanesOf(commit(paused), Infinity));
  expect(await ages(next)).toEqual({ ...nothing, paused: 4 });
});
