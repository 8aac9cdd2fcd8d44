import { encodeCursors, laneKey } from '@posthorn/contracts';
import { lanesOf } from './takeover.js';

const parked = {
  tenantId: 't',
  subscriptionId: 's',
  lane: '0',
  kind: 'parked',
  attempt: 3,
  dueAt: 5,
} as const;

it.each([
  ['keeps the attempts of its event', Infinity, { cursor: 70, attempt: 3 }],
  ['does so below where a log was cut', 71, { cursor: 70, attempt: 3 }],
  ['begins anew with what stands there now', 70, { cursor: 70, attempt: 0 }],
  ['does so beyond it', 60, { cursor: 60, attempt: 0 }],
])('a lane that waited at a place %s', (_, cutAt, expected) => {
  const value = encodeCursors({ ...parked, cursor: 70, failingSince: 1, reason: 'failing' });
  const cursors = new Map([[laneKey('t', 's', '0'), value]]);
  const [lane] = lanesOf(cursors, cutAt);
  expect(lane.record).toMatchObject(expected);
  // What is durable is to be written anew before anything relies on it.
  expect(lane.moved).toBe(expected.attempt === 0);
});
