import { stateOf } from './link-state';

const nowMs = Date.parse('2026-11-28T12:00:00.000Z');
const link = {
  createdAt: '2026-11-28T11:00:00.000Z',
  expiresAt: '2026-11-28T13:00:00.000Z',
  sessionS: 3600,
  usedAt: null,
  sessionEndsAt: null,
  revokedAt: null,
};
const used = { ...link, usedAt: '2026-11-28T11:30:00.000Z', sessionEndsAt: '2026-11-28T12:30:00.000Z' };
const left = { ...used, sessionEndsAt: '2026-11-28T11:40:00.000Z' };
const revokedAt = '2026-11-28T11:50:00.000Z';

it.each([
  ['can be used', link, 'links.usable', link.expiresAt, undefined, true],
  [
    'was not used in time',
    { ...link, expiresAt: link.createdAt },
    'links.over',
    link.createdAt,
    undefined,
    false,
  ],
  [
    'let somebody in who still is',
    used,
    'links.used',
    used.usedAt,
    ['links.sessionEnds', used.sessionEndsAt],
    true,
  ],
  [
    'let somebody in once',
    left,
    'links.used',
    used.usedAt,
    ['links.sessionEnded', left.sessionEndsAt],
    false,
  ],
  ['was revoked unused', { ...link, revokedAt }, 'links.revoked', revokedAt, undefined, false],
  [
    'was revoked with its session',
    { ...used, revokedAt },
    'links.revoked',
    revokedAt,
    ['links.sessionEnded', revokedAt],
    false,
  ],
  [
    'was revoked after its session',
    { ...left, revokedAt },
    'links.revoked',
    revokedAt,
    ['links.sessionEnded', left.sessionEndsAt],
    false,
  ],
])('says of a link that %s what it is, and what its session', (_, one, words, at, session, isLive) => {
  const state = stateOf(one, nowMs);
  expect(state.link).toEqual({ words, at });
  expect(state.session && [state.session.words, state.session.at]).toEqual(session);
  expect(state.isLive).toBe(isLive);
});
