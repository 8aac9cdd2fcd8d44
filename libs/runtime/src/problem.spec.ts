import { AppError, toAppError } from './problem.js';

const pgError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('what an error is answered as', () => {
  it.each([
    ['a database that is away', pgError('ECONNREFUSED', 'connect ECONNREFUSED'), 503, 'unavailable'],
    ['one that shuts down', pgError('57P01', 'terminating connection'), 503, 'unavailable'],
    ['a pool that waits too long', new Error('timeout exceeded when trying to connect'), 503, 'unavailable'],
    ['a statement of ours that is wrong', pgError('42601', 'syntax error'), 500, 'internal'],
    ['anything else', new Error('oops'), 500, 'internal'],
  ])('%s', (_, error, status, code) => {
    expect(toAppError(error)).toMatchObject({ status, code });
  });

  it('says when to come again, and nothing of what is inside', () => {
    const error = toAppError(pgError('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:5432'));
    expect(error.headers).toEqual({ 'retry-after': '2' });
    expect(error.detail).not.toContain('10.0.0.7');
  });

  it('stays what it is', () => {
    const error = new AppError('gone', 'It is gone.');
    expect(toAppError(error)).toBe(error);
  });
});
