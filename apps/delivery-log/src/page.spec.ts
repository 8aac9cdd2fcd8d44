import { AppError } from '@posthorn/runtime';
import { decodeCursor, encodeCursor, limitOf, oneOf } from './page.js';

function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('it was not refused');
}

describe('what lists are asked with', () => {
  it('comes back from a cursor as it went in', () => {
    const position = { seq: 2 ** 52, subscriptionId: 'sub_ä"', replayId: '' };
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
    expect(decodeCursor(undefined)).toBeUndefined();
    expect(decodeCursor('')).toBeUndefined();
  });

  it.each([
    '%',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('["1","a","b"]').toString('base64url'),
    Buffer.from('[1.5,"a","b"]').toString('base64url'),
    Buffer.from('null').toString('base64url'),
    'A'.repeat(1_001),
  ])('refuses the cursor %s', (text) => {
    expect(refusal(() => decodeCursor(text))).toMatchObject({
      code: 'invalid',
      errors: [{ pointer: '/cursor' }],
    });
  });

  it.each([
    [undefined, 50],
    ['', 50],
    ['1', 1],
    ['200', 200],
  ])('takes the limit %s as %s', (text, limit) => expect(limitOf(text)).toBe(limit));

  it.each(['0', '201', '-1', '1.5', 'ten', '1e2', ' 5'])('refuses the limit %s', (text) => {
    expect(refusal(() => limitOf(text))).toMatchObject({ code: 'invalid', errors: [{ pointer: '/limit' }] });
  });

  it('takes one of the words it knows', () => {
    expect(oneOf('status', 'a', ['a', 'b'])).toBe('a');
    expect(oneOf('status', undefined, ['a', 'b'])).toBeUndefined();
    expect(refusal(() => oneOf('status', 'c', ['a', 'b'])).detail).toBe('/status: must be one of a, b');
  });
});
