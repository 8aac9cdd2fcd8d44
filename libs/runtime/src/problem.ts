import { isTransientDatabaseError } from './database-errors.js';

type ErrorRow = { status: number; title: string; retryable: boolean };

/** Every error an API may answer, in one place: its status, its title, and whether trying again may help. */
export const errorTable = {
  'bad-request': { status: 400, title: 'Bad request', retryable: false },
  'malformed-json': { status: 400, title: 'Malformed JSON', retryable: false },
  unauthorized: { status: 401, title: 'Unauthorized', retryable: false },
  forbidden: { status: 403, title: 'Forbidden', retryable: false },
  'wrong-password': { status: 403, title: 'Wrong password', retryable: false },
  'not-found': { status: 404, title: 'Not found', retryable: false },
  'method-not-allowed': { status: 405, title: 'Method not allowed', retryable: false },
  'not-acceptable': { status: 406, title: 'Not acceptable', retryable: false },
  timeout: { status: 408, title: 'Request timeout', retryable: true },
  conflict: { status: 409, title: 'Conflict', retryable: false },
  'limit-reached': { status: 409, title: 'Limit reached', retryable: false },
  'request-in-progress': { status: 409, title: 'Request in progress', retryable: true },
  'name-taken': { status: 409, title: 'Name taken', retryable: false },
  'own-user': { status: 409, title: 'Your own user', retryable: false },
  gone: { status: 410, title: 'Gone', retryable: false },
  'precondition-failed': { status: 412, title: 'Precondition failed', retryable: false },
  'too-large': { status: 413, title: 'Too large', retryable: false },
  'uri-too-long': { status: 414, title: 'URI too long', retryable: false },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type', retryable: false },
  invalid: { status: 422, title: 'Invalid', retryable: false },
  'idempotency-mismatch': { status: 422, title: 'Idempotency key used before', retryable: false },
  'verification-failed': { status: 422, title: 'Verification failed', retryable: false },
  'precondition-required': { status: 428, title: 'Precondition required', retryable: false },
  'too-many-requests': { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Internal error', retryable: false },
  unavailable: { status: 503, title: 'Unavailable', retryable: true },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** One wrong part of a request: where (JSON pointer into the body, or index in a batch) and what. */
export type FieldError = { pointer?: string; index?: number; detail: string };

export type AppErrorExtra = {
  errors?: FieldError[];
  retryAfterS?: number;
  headers?: Record<string, string>;
  cause?: unknown;
};

/** The one exception of a service. `detail` is read by the caller: no secrets, no internals. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly retryable: boolean;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    { errors, retryAfterS, headers, cause }: AppErrorExtra = {},
  ) {
    super(detail, { cause });
    ({ status: this.status, retryable: this.retryable } = errorTable[code]);
    this.errors = errors;
    this.headers = {
      ...headers,
      ...(retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) }),
    };
  }
}

/** Also where it is somebody else's: nobody learns which tenants there are. */
export const noSuchTenant = (): AppError => new AppError('not-found', 'No such tenant, or not yours.');

/** RFC 9457. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance: string;
  requestId: string;
  errors?: FieldError[];
};

export const problemContentType = 'application/problem+json; charset=utf-8';

/** The body of an answer. More than a hundred field errors help nobody. */
export function problemOf(error: AppError, request: { path: string; requestId: string }): Problem {
  const { title, status } = errorTable[error.code];
  return {
    type: `urn:posthorn:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.detail,
    instance: request.path,
    requestId: request.requestId,
    ...(error.errors ? { errors: error.errors.slice(0, 100) } : {}),
  };
}

const byStatus: Record<number, ErrorCode> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  406: 'not-acceptable',
  408: 'timeout',
  409: 'conflict',
  410: 'gone',
  412: 'precondition-failed',
  413: 'too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  422: 'invalid',
  428: 'precondition-required',
  429: 'too-many-requests',
  431: 'too-large',
  503: 'unavailable',
};

/**
 * Errors of the framework (Nest's HttpException, Fastify's) become ours, and those of a database that is
 * away; whatever else is `internal`.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isTransientDatabaseError(error))
    return new AppError('unavailable', 'The database does not answer.', { retryAfterS: 2, cause: error });
  const { status, message } = statusOf(error);
  const code = byStatus[status] ?? (status >= 400 && status < 500 ? 'bad-request' : 'internal');
  if (code === 'internal')
    return new AppError('internal', 'Something went wrong on our side.', { cause: error });
  // Nest says "Cannot GET /path?query": a query may hold a secret.
  const detail = code === 'not-found' ? message.replace(/\?.*$/s, '') : message;
  return new AppError(code, detail, { cause: error });
}

function statusOf(error: unknown): { status: number; message: string } {
  if (typeof error !== 'object' || error === null) return { status: 500, message: '' };
  const { getStatus, statusCode, message } = error as {
    getStatus?: () => number;
    statusCode?: unknown;
    message?: unknown;
  };
  const text = typeof message === 'string' ? message : '';
  if (typeof getStatus === 'function') return { status: getStatus.call(error), message: text };
  // Fastify's own errors; a 5xx of theirs is ours to look into.
  return { status: typeof statusCode === 'number' ? statusCode : 500, message: text };
}
