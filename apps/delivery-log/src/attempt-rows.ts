import type { AttemptMessage } from '@posthorn/contracts';
import type { Transaction } from '@posthorn/runtime';
import { columnsOf, jsonOrNull, storable, storableOrNull } from './sql-values.js';

const responseBodyMaxBytes = 16 * 1024;

/** Never kept, whoever sends them on: a proof of the sender is a secret, or as good as one. */
const hiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie', 'x-api-key']);

/**
 * One row an attempt. Of two records of one attempt (a new owner sent it again) the better one stays:
 * `isBetterRecord` says which inside a batch, the WHERE below between batches.
 */
export async function insertAttempts(tx: Transaction, attempts: readonly AttemptMessage[]): Promise<void> {
  if (attempts.length === 0) return;
  await tx.query(
    `INSERT INTO attempts AS known (delivery_id, attempt, started_at, duration_ms, outcome, final, status, error,
                                    message, url, request_headers, response_headers, response_body, truncated, timings,
                                    replay_id)
     SELECT delivery_id, attempt, to_timestamp(started_ms / 1000.0), duration_ms, outcome, final, status, error, message,
            url, request_headers::json, response_headers::json, response_body, truncated, timings::json, replay_id
       FROM unnest($1::text[], $2::int[], $3::float8[], $4::float8[], $5::text[], $6::boolean[], $7::int[], $8::text[],
                   $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[], $14::boolean[], $15::text[],
                   $16::text[])
         AS row (delivery_id, attempt, started_ms, duration_ms, outcome, final, status, error, message, url,
                 request_headers, response_headers, response_body, truncated, timings, replay_id)
     ON CONFLICT (delivery_id, attempt) DO UPDATE
       SET started_at = excluded.started_at, duration_ms = excluded.duration_ms, outcome = excluded.outcome,
           final = excluded.final, status = excluded.status, error = excluded.error, message = excluded.message,
           url = excluded.url, request_headers = excluded.request_headers,
           response_headers = excluded.response_headers, response_body = excluded.response_body,
           truncated = excluded.truncated, timings = excluded.timings, replay_id = excluded.replay_id
     WHERE (excluded.outcome = 'delivered', excluded.final, known.started_at)
         > (known.outcome = 'delivered', known.final, excluded.started_at)`,
    columnsOf(attempts, [
      ({ deliveryId }) => deliveryId,
      ({ attempt }) => attempt,
      ({ startedAt }) => startedAt,
      ({ durationMs }) => durationMs,
      ({ outcome }) => outcome,
      ({ final }) => final,
      ({ status }) => status ?? null,
      ({ error }) => storableOrNull(error),
      ({ message }) => storableOrNull(message),
      ({ url }) => storable(url),
      ({ requestHeaders }) => jsonOrNull(withoutSecrets(requestHeaders)),
      ({ responseHeaders }) => jsonOrNull(withoutSecrets(responseHeaders)),
      ({ responseBody }) => responseBody.subarray(0, responseBodyMaxBytes),
      ({ truncated, responseBody }) => truncated === true || responseBody.length > responseBodyMaxBytes,
      ({ timings }) => jsonOrNull(timings),
      ({ replayId }) => storableOrNull(replayId),
    ]),
  );
}

function withoutSecrets(headers: Record<string, string> | undefined): Record<string, string> | undefined {
  if (!headers) return undefined;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      hiddenHeaders.has(name.toLowerCase()) ? '[redacted]' : value,
    ]),
  );
}
