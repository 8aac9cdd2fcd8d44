import type { AttemptMessage } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import {
  arraysOf,
  boolean,
  bytea,
  type Column,
  date,
  double,
  integer,
  json,
  namesOf,
  rowsOf,
  text,
  timestamptz,
} from './columns.js';
import type { DeliveryState, FiledAttempt } from './delivery.js';
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

const exchange = exchangeOf<FiledAttempt>((attempt) => attempt);
export const exchangeColumns = namesOf(exchange);

const key: readonly Column<FiledAttempt>[] = [
  text('delivery_id', ({ deliveryId }) => deliveryId),
  integer('attempt', ({ attempt }) => attempt),
  date('day', ({ day }) => day),
];
const told: readonly Column<FiledAttempt>[] = [
  timestamptz('started_at', ({ startedAt }) => startedAt),
  text('outcome', ({ outcome }) => outcome),
  boolean('final', ({ final }) => final),
  integer('status', ({ status }) => status),
  text('error', ({ error }) => storableOrNull(error)),
  text('message', ({ message }) => storableOrNull(message)),
  text('replay_id', ({ replayId }) => storableOrNull(replayId)),
  ...exchange,
];
const columns = [...key, ...told];
const replaced = told.map(({ name }) => `${name} = excluded.${name}`);
const insert = `INSERT INTO attempts AS known (${namesOf(columns)})
  SELECT ${namesOf(columns)} FROM ${rowsOf(columns)}
  ON CONFLICT (${namesOf(key)}) DO UPDATE SET ${replaced.join(', ')}
  WHERE (excluded.outcome = 'delivered', excluded.final, known.started_at)
      > (known.outcome = 'delivered', known.final, excluded.started_at)`;

/**
 * One row an attempt. Of two records of one attempt (a new owner sent it again) the better one stays:
 * `isBetterRecord` says which inside a batch, the WHERE above between batches.
 */
export async function insertAttempts(tx: Transaction, attempts: readonly FiledAttempt[]): Promise<void> {
  if (attempts.length > 0) await tx.query(insert, arraysOf(columns, attempts));
}

/** Of deliveries that are stored. */
export type DeliveryKey = Pick<DeliveryState, 'deliveryId' | 'day'>;

const keys: readonly Column<DeliveryKey>[] = [
  text('delivery_id', ({ deliveryId }) => deliveryId),
  date('day', ({ day }) => day),
];

/** For FROM, and for WHERE: the days stand there by themselves so that no other partition is looked at. */
export const deliveryKeys = rowsOf(keys);
export const ofDeliveryKeys = (table: string): string =>
  `${table}.delivery_id = row.delivery_id AND ${table}.day = row.day AND ${table}.day = ANY($2::date[])`;
/** The two parameters. */
export const paramsOf = (deliveries: readonly DeliveryKey[]): Buffer[] => arraysOf(keys, deliveries);

/** Attempts that stood in the rows of these deliveries become rows of their own. */
export async function moveOutAttempts(tx: Transaction, deliveries: readonly DeliveryKey[]): Promise<void> {
  await tx.query(
    `INSERT INTO attempts (delivery_id, day, attempt, started_at, outcome, final, status, error, replay_id, ${exchangeColumns})
     SELECT d.delivery_id, d.day, attempts, first_attempt_at, told, true, last_status, last_error, nullif(replay_id, ''),
            ${exchangeColumns}
       FROM deliveries d, ${deliveryKeys} WHERE ${ofDeliveryKeys('d')} AND url IS NOT NULL`,
    paramsOf(deliveries),
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
