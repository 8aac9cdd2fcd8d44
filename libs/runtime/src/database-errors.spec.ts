import {
  blamesData,
  breaksConnection,
  isConnectionLoss,
  isTransientDatabaseError,
} from './database-errors.js';

const error = (code?: string, message = 'x', more: object = {}): Error =>
  Object.assign(new Error(message), code ? { code } : {}, more);

/**
 * transient: waiting may help; breaks: the connection is not used again; data: the values may be at
 * fault.
 */
it.each([
  ['refused connection', error('ECONNREFUSED'), { transient: true, breaks: true, data: false }],
  ['name not found', error('ENOTFOUND'), { transient: true, breaks: true, data: false }],
  [
    'lost connection',
    error(undefined, 'Connection terminated unexpectedly'),
    { transient: true, breaks: true, data: false },
  ],
  [
    'pool that is empty',
    error(undefined, 'timeout exceeded when trying to connect'),
    { transient: true, breaks: true, data: false },
  ],
  [
    'answer that never came',
    error(undefined, 'Query read timeout'),
    { transient: true, breaks: true, data: false },
  ],
  [
    'several addresses refused',
    error(undefined, '', { errors: [error('ECONNREFUSED')] }),
    { transient: true, breaks: true, data: false },
  ],
  [
    'wrapped refusal',
    error(undefined, 'failed', { cause: error('ECONNRESET') }),
    { transient: true, breaks: true, data: false },
  ],
  ['shutdown', error('57P01'), { transient: true, breaks: true, data: false }],
  ['start', error('57P03'), { transient: true, breaks: true, data: false }],
  ['deadlock', error('40P01'), { transient: true, breaks: false, data: false }],
  ['full disk', error('53100'), { transient: true, breaks: false, data: false }],
  ['too many connections', error('53300'), { transient: true, breaks: false, data: false }],
  ['standby', error('25006'), { transient: true, breaks: false, data: false }],
  ['lock timeout', error('55P03'), { transient: true, breaks: false, data: false }],
  ['statement timeout', error('57014'), { transient: false, breaks: false, data: false }],
  ['missing table', error('42P01'), { transient: false, breaks: false, data: false }],
  ['wrong password', error('28P01'), { transient: false, breaks: false, data: false }],
  ['double key', error('23505'), { transient: false, breaks: false, data: true }],
  ['zero byte', error('22021'), { transient: false, breaks: false, data: true }],
  ['error of our own', error(undefined, 'undecodable'), { transient: false, breaks: true, data: true }],
])('a %s', (_name, caught, { transient, breaks, data }) => {
  expect(isTransientDatabaseError(caught)).toBe(transient);
  expect(breaksConnection(caught)).toBe(breaks);
  expect(isConnectionLoss(caught)).toBe(transient && breaks);
  expect(blamesData(caught)).toBe(data);
});
