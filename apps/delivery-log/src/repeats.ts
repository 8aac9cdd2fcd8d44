/** As ADR 0014 says it: what comes later under the same id is an event of its own. */
const repeatAge = `interval '10 minutes'`;

/**
 * For WHERE, about rows `e` of `events`: it repeats none that the subscription was to get before. A repeat is
 * what came within ten minutes of the first one; the first to come after that is a first one again. Both
 * arguments are parameters of the statement.
 */
export function isNoRepeat(tenantId: string, subscriptionId: string): string {
  const copies = `FROM events copy WHERE copy.event_id = e.event_id AND copy.tenant_id = ${tenantId}
      AND copy.matched @> ARRAY[${subscriptionId}]::text[]`;
  // Almost no event was published twice: only of those that were, all places are looked at.
  return `(NOT EXISTS (SELECT 1 ${copies} AND copy.seq < e.seq
      AND copy.accepted_at >= e.accepted_at - ${repeatAge} OFFSET 0)
    OR e.seq IN (
      WITH RECURSIVE firsts AS (
        (SELECT copy.seq, copy.accepted_at ${copies} ORDER BY copy.seq LIMIT 1)
        UNION ALL
        SELECT later.seq, later.accepted_at FROM firsts CROSS JOIN LATERAL (
          SELECT copy.seq, copy.accepted_at ${copies} AND copy.seq > firsts.seq
             AND copy.accepted_at > firsts.accepted_at + ${repeatAge} ORDER BY copy.seq LIMIT 1) AS later
      ) SELECT seq FROM firsts))`;
}
