import { isThrough, mayFollow, recountEveryMs } from './replay-pace.js';

const sent = (...states: string[]) =>
  states.map((state, i) => {
    const [status, entity = 'a'] = state.split(' ');
    return { seq: i, status, entity };
  });

describe('what may follow what was sent', () => {
  it.each([
    ['strict', [], ['a', 'b'], 1],
    ['strict', ['delivered', 'failed'], ['a', 'b'], 1],
    ['strict', ['sent'], ['a'], 0],
    ['strict', ['waiting'], ['a'], 0],
    ['per-entity', ['waiting a', 'sent b', 'delivered c'], ['c', 'd', 'a', 'e'], 2],
    ['per-entity', [], ['a', 'a'], 1],
    ['per-entity', [], ['a', 'b'], 2],
    ['unordered', ['waiting', 'sent'], ['a', 'a'], 2],
    ['unordered', Array.from({ length: 499 }, () => 'sent'), ['a', 'b'], 1],
  ] as const)('%s after %j: %j → %d', (ordering, before, next, count) => {
    expect(mayFollow(ordering, sent(...before), next)).toBe(count);
  });

  it.each([
    ['strict', ['delivered', 'waiting'], false],
    ['strict', ['delivered', 'expired'], true],
    ['unordered', ['delivered', 'waiting'], true],
    ['unordered', ['sent'], false],
  ] as const)('%s is through after %j: %s', (ordering, states, is) => {
    expect(isThrough(ordering, sent(...states))).toBe(is);
  });
});

it.each([
  ['0', 500],
  ['1000', 500],
  ['1001', 2_000],
])('counts a job that has taken %s each %d ms', (taken, everyMs) => {
  expect(recountEveryMs({ taken })).toBe(everyMs);
});
