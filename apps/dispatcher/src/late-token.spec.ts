import {
  cursorsTopic,
  decodeCursors,
  encodeDue,
  encodeEvent,
  laneKey,
  type LaneDue,
} from '@posthorn/contracts';
import type { InRecord } from '@posthorn/messaging';
import { owner, subscription } from './testing/owner.js';

const key = laneKey('t', 's', '0');
const record = (offset: number, value: Buffer): InRecord => ({
  ...{ offset, key: Buffer.from('t'), headers: {}, timestamp: 0 },
  value,
});
/** Of a lane that had gone on before its owner came, as retry-scheduler did not know yet. */
const of: LaneDue = {
  kind: 'lane',
  tenantId: 't',
  subscriptionId: 's',
  lane: '0',
  cursor: 90,
  attempt: 1,
  dueAt: 1,
};
const token = record(0, encodeDue(of));

function event(offset: number): InRecord {
  const told = { kind: 'event', tenantId: 't', type: 'a.b', entity: null, timestamp: '', acceptedAt: 1 };
  const one = { ...told, id: `evt_${offset}`, data: Buffer.from('{}') };
  return record(offset, encodeEvent(one as never));
}

it('ends no timer of a lane that came to life meanwhile: the last word is its own record', () => {
  const taken = owner([subscription('s', 'active', 0)]);
  taken.onDue([token], 1);
  // One more than a lane holds: it goes BEHIND.
  const events = Array.from({ length: 11 }, (_, i) => event(100 + i));
  taken.onEvents(events, 111);
  const written = taken.takeTransaction()!.records.filter((one) => one.key === key);
  expect(written.map(({ value }) => decodeCursors(value as Buffer))).toMatchObject([
    { kind: 'behind', cursor: 100 },
  ]);
});

it('ends the timer of a lane that is no more', () => {
  const taken = owner([subscription('s', 'active', 0)]);
  taken.onDue([token], 1);
  const tombstone = { topic: cursorsTopic.name, partition: 3, key, value: null };
  expect(taken.takeTransaction()!.records).toContainEqual(tombstone);
});

it('ends it also where the lane is there again and has nothing to write', () => {
  const taken = owner([subscription('s', 'active', 0)]);
  taken.onDue([token], 1);
  taken.onEvents([event(100)], 101);
  const tombstone = { topic: cursorsTopic.name, partition: 3, key, value: null };
  expect(taken.takeTransaction()!.records).toContainEqual(tombstone);
});
