import type { AttemptMessage } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import {
  arraysOf,
  boolean,
  bytea,
  type Column,
  double,
  integer,
  json,
  namesOf,
  rowsOf,
  text,
  timestamptz,
} from './columns.js';
import { jsonOrNull, storableOrNull } from './sql-values.js';

const responseBodyMaxBytes = 16 * 1024;

/** Never kept, whoever sends them on: a proof of the sender is a secret, or as good as one. */
const hiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key']);

/** What went out and came back; in a row of `deliveries` there may be none. */
export const exchangeOf = <R>(of: (row: R) => AttemptMessage | undefined): Column<R>[] => [
  double('duration_ms', (row) => of(row)?.durationMs),
  text('url', (row) => storableOrNull(of(row)?.url)),
  json('request_headers', (row) => jsonOrNull(withoutSecrets(of(row)?.requestHeaders))),
  json('response_headers', (row) => jsonOrNull(withoutSecrets(of(row)?.responseHeaders))),
  bytea('response_body', (row) => of(row)?.responseBody.subarray(0, responseBodyMaxBytes)),
  boolean('truncated', (row) => isTruncated(of(row))),
  json('timings', (row) => jsonOrNull(of(row)?.timings)),
];

const exchange = exchangeOf<AttemptMessage>((attempt) => attempt);
export const exchangeColumns = namesOf(exchange);

const columns: readonly Column<AttemptMessage>[] = [
  text('delivery_id', ({ deliveryId }) => deliveryId),
  integer('attempt', ({ attempt }) => attempt),
  timestamptz('started_at', ({ startedAt }) => startedAt),
  text('outcome', ({ outcome }) => outcome),
  boolean('final', ({ final }) => final),
  integer('status', ({ status }) => status),
  text('error', ({ error }) => storableOrNull(error)),
  text('message', ({ message }) => storableOrNull(message)),
  text('replay_id', ({ replayId }) => storableOrNull(replayId)),
  ...exchange,
];
const replaced = columns.slice(2).map(({ name }) => `${name} = excluded.${name}`);
const insert = `INSERT INTO attempts AS known (${namesOf(columns)})
  SELECT ${namesOf(columns)} FROM ${rowsOf(columns)}
  ON CONFLICT (delivery_id, attempt) DO UPDATE SET ${replaced.join(', ')}
  WHERE (excluded.outcome = 'delivered', excluded.final, known.started_at)
      > (known.outcome = 'delivered', known.final, excluded.started_at)`;

/**
 * One row an attempt. Of two records of one attempt (a new owner sent it again) the better one stays:
 * `isBetterRecord` says which inside a batch, the WHERE above between batches.
 */
export async function insertAttempts(tx: Transaction, attempts: readonly AttemptMessage[]): Promise<void> {
  if (attempts.length > 0) await tx.query(insert, arraysOf(columns, attempts));
}

/** Attempts that stood in the rows of these deliveries become rows of their own. */
export async function moveOutAttempts(tx: Transaction, deliveryIds: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO attempts (delivery_id, attempt, started_at, outcome, final, status, error, replay_id, ${exchangeColumns})
     SELECT delivery_id, attempts, first_attempt_at, told, true, last_status, last_error, nullif(replay_id, ''),
            ${exchangeColumns}
       FROM deliveries WHERE delivery_id = ANY($1) AND url IS NOT NULL`,
    [deliveryIds],
  );
}

function isTruncated(attempt: AttemptMessage | undefined): boolean | undefined {
  return attempt && (attempt.truncated === true || attempt.responseBody.length > responseBodyMaxBytes);
}

function withoutSecrets(headers: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!headers || !Object.keys(headers).some((name) => hiddenHeaders.has(name.toLowerCase()))) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      hiddenHeaders.has(name.toLowerCase()) ? '[redacted]' : value,
    ]),
  );
}
