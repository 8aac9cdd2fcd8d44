import { type EgressReason, type Failure } from './result.js';

/**
 * The connection was gone before the request was written. One for all: its stack would say nothing, and
 * costs time.
 */
export const notWritten: Error = new Error('the connection was closed before the request was written');

const reasons: Record<string, EgressReason> = {
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  HPE_INVALID_EOF_STATE: 'reset',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'reset',
  EHOSTUNREACH: 'reset',
  ENETUNREACH: 'reset',
  EPROTO: 'tls',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
};

/**
 * undici's and Node's errors as a caller may act on them. What is unknown is a breach of the protocol, on
 * one side or the other.
 */
export function failureOf(error: Error): Failure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (error === notWritten) return { reason: 'reset', message };
  // undici speaks of an unasked upgrade and of a 100 nobody expected as socket errors.
  if (code === 'UND_ERR_SOCKET' && message.startsWith('bad ')) return { reason: 'protocol', message };
  const reason =
    reasons[code] ?? (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') ? 'tls' : 'protocol');
  return { reason, message: message.slice(0, 200) };
}
