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
  ['keeps the attempts of its event', 70, { cursor: 70, attempt: 3 }],
  ['begins anew with what stands there now, in a log that lost its tail', 101, { cursor: 60, attempt: 0 }],
])('a lane that waited at a place %s', (_, cursor, expected) => {
  const value = encodeCursors({ ...parked, cursor, failingSince: 1, reason: 'failing' });
  const cursors = new Map([[laneKey('t', 's', '0'), value]]);
  expect(lanesOf(cursors, { low: 0, high: 100 }, 60)[0].record).toMatchObject(expected);
});
