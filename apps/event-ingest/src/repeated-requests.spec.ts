import { RepeatedRequests } from './repeated-requests.js';

const request = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) => ({
  ...{ headers, parsed: undefined, bytes: Buffer.from(body) },
});
const mismatch = expect.objectContaining({ code: 'idempotency-mismatch' }) as Error;
const thrownBy = (work: () => unknown): unknown => {
  try {
    return void work();
  } catch (error) {
    return error;
  }
};

it('refuses another request under a known key of the caller, of its body or its attributes', () => {
  const repeated = new RepeatedRequests();
  repeated.compare('key_1', 'a', request('{"n":1}'))();
  expect(thrownBy(() => repeated.compare('key_1', 'a', request('{"n":1}')))).toBeUndefined();
  expect(thrownBy(() => repeated.compare('key_1', 'a', request('{"n":2}')))).toEqual(mismatch);
  expect(thrownBy(() => repeated.compare('key_1', 'b', request('{"n":2}')))).toBeUndefined();
  expect(thrownBy(() => repeated.compare('key_2', 'a', request('{"n":2}')))).toBeUndefined();
  repeated.compare('key_1', 'ce', request('x', { 'ce-id': '1', date: 'today' }))();
  const later = request('x', { 'ce-id': '1', date: 'tomorrow' });
  expect(thrownBy(() => repeated.compare('key_1', 'ce', later))).toBeUndefined();
  expect(thrownBy(() => repeated.compare('key_1', 'ce', request('x', { 'ce-id': '2' })))).toEqual(mismatch);
});

it('keeps nothing of what failed, nothing for more than a day, and the newest keys only', () => {
  const repeated = new RepeatedRequests(2);
  repeated.compare('key_1', 'a', request('1'));
  repeated.compare('key_1', 'a', request('2'), 0)();
  const day = 24 * 60 * 60 * 1000;
  expect(thrownBy(() => repeated.compare('key_1', 'a', request('1'), day - 1))).toEqual(mismatch);
  repeated.compare('key_1', 'a', request('1'), day)();
  for (const key of ['b', 'c']) repeated.compare('key_1', key, request('1'), day)();
  expect(thrownBy(() => repeated.compare('key_1', 'a', request('2'), day))).toBeUndefined();
  expect(thrownBy(() => repeated.compare('key_1', 'b', request('2'), day))).toEqual(mismatch);
});
