import { ApiError } from '../../api/client';
import { insist, newUse, tokenOf } from './link';

it.each([
  ['#pl_abc-_', 'pl_abc-_'],
  ['#pl_a%2Bb', 'pl_a+b'],
  ['', undefined],
  ['#', undefined],
  ['#pl_%', undefined],
])('reads of %j the token %j', (hash, token) => {
  expect(tokenOf(hash)).toBe(token);
});

it('makes keys that the API takes, and no two alike', () => {
  const keys = [newUse(), newUse()];
  for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{24}$/);
  expect(keys[0]).not.toBe(keys[1]);
});

const lost = new ApiError(0, 'unreachable', 'unreachable');
const busy = new ApiError(503, 'unavailable', 'busy');
const spent = new ApiError(401, 'unauthorized', 'This link was used, or is over.');
const many = new ApiError(429, 'too-many-requests', 'many');

it.each<[string, (ApiError | 'in')[], ApiError | 'in']>([
  ['is in at once', ['in'], 'in'],
  ['asks again for an answer that was lost', [lost, busy, 'in'], 'in'],
  ['is told at once that a link is over', [spent], spent],
  ['asks again when a try that was lost may be under way', [lost, spent, 'in'], 'in'],
  ['does not ask again what is refused for another reason', [lost, many], many],
  ['gives up after four tries', [lost, busy, lost, busy], busy],
  ['believes at last that it is over', [lost, spent, spent, spent], spent],
])('%s', async (_, answers, end) => {
  const waits: number[] = [];
  let tries = 0;
  const carryOut = () => {
    const answer = answers[tries++];
    return answer === 'in' ? Promise.resolve(answer) : Promise.reject(answer!);
  };
  const wait = (waitMs: number) => Promise.resolve(void waits.push(waitMs));
  const said = await insist(carryOut, wait).catch((error: unknown) => error);
  expect([said, tries]).toEqual([end, answers.length]);
  expect(waits).toEqual([500, 2_000, 4_000].slice(0, answers.length - 1));
});
