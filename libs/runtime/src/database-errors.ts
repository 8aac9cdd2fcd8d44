import { isNativeError } from 'node:util/types';

const nodeCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** What pg says without a code. */
const connectionMessage =
  /connection terminated|timeout exceeded when trying to connect|connection error|query read timeout/i;

/**
 * Whether the same statement may succeed later without any change of ours: the server is away, starting,
 * stopping, failing over or out of room, or two transactions met. Not a statement that took too long: a
 * smaller one may help there, waiting does not.
 */
export function isTransientDatabaseError(error: unknown): boolean {
  // Not instanceof: an error of Node's own comes from another realm under a test runner.
  if (!isNativeError(error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    if (nodeCodes.has(code)) return true;
    // 08 connection, 53 out of resources, 40 rolled back (serialisation, deadlock), 58 system error.
    if (/^(08|53|40|58)...$/.test(code)) return true;
    // Shut down, crash, starting; lock not available; read-only while failing over.
    if (['57P01', '57P02', '57P03', '57P05', '55P03', '25006', '25P03'].includes(code)) return true;
  }
  if (connectionMessage.test(error.message)) return true;
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors) && errors.some(isTransientDatabaseError)) return true;
  return error.cause !== undefined && isTransientDatabaseError(error.cause);
}

/** Whether the connection it happened on must not be used again. */
export function breaksConnection(error: unknown): boolean {
  if (!isNativeError(error)) return true;
  const code = (error as { code?: unknown }).code;
  // An SQLSTATE means that the server answered; only these end the session.
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !nodeCodes.has(code))
    return /^(08...|57P0.|25P03)$/.test(code);
  return true;
}

/** The server is away, rather than unwilling. */
export function isConnectionLoss(error: unknown): boolean {
  return isTransientDatabaseError(error) && breaksConnection(error);
}

/**
 * Whether the data of a statement may be at fault: the server says so (wrong or conflicting values, too
 * much of them), or the error is not the server's at all. Missing tables, rights or passwords are
 * nobody's data.
 */
export function blamesData(error: unknown): boolean {
  if (isTransientDatabaseError(error)) return false;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return true;
  return /^(21|22|23|54|P0)/.test(code);
}

/** The server gave up on a statement after `statement_timeout`. */
export function isStatementTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '57014';
}

/** A row with that key is there. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '23505';
}
