import type { PoolClient } from 'pg';
import { from } from 'pg-copy-streams';

/**
 * Sends all rows of a `COPY … FROM STDIN`.
 * @throws what the server says of them, or the connection's end, or after `query_timeout` as for a query
 */
export function copyIn(
  client: PoolClient,
  sql: string,
  rows: Buffer,
  limit: { query_timeout?: number },
): Promise<void> {
  const stream = Object.assign(from(sql), limit);
  return new Promise((resolve, reject) => {
    stream.once('finish', resolve);
    // May come twice: a stream that was refused fails once more where the socket has room again.
    stream.on('error', reject);
    client.query(stream);
    stream.end(rows);
  });
}
