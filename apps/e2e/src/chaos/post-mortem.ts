import pg from 'pg';
import { historyOf, type Log } from './log-history.js';
import type { Broken } from './verdict.js';

/** What the stores know of one offence, for the one who has to find out how it came to it. */
const questions: readonly [title: string, sql: string][] = [
  [
    'event',
    `SELECT partition, seq, event_id, accepted_at, matched, unmatched_reason FROM delivery_log.events
      WHERE tenant_id = $1 AND event_id = $3 AND $2::text IS NOT NULL`,
  ],
  [
    'delivery',
    `SELECT * FROM delivery_log.deliveries WHERE tenant_id = $1 AND subscription_id = $2 AND event_id = $3`,
  ],
  [
    'attempts',
    `SELECT a.attempt, a.started_at, a.duration_ms, a.outcome, a.final, a.status, a.error, a.message
       FROM delivery_log.attempts a JOIN delivery_log.deliveries d USING (delivery_id)
      WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.event_id = $3
     UNION ALL
     SELECT attempts, first_attempt_at, duration_ms, told, true, last_status, last_error, NULL
       FROM delivery_log.deliveries WHERE tenant_id = $1 AND subscription_id = $2 AND event_id = $3 AND url IS NOT NULL
      ORDER BY attempt`,
  ],
  [
    'timers',
    `SELECT t."offset", t.due_at, t.claim_at, t.claims FROM retry_scheduler.delivery_timers t
       JOIN delivery_log.deliveries d USING (delivery_id)
      WHERE d.tenant_id = $1 AND d.subscription_id = $2 AND d.event_id = $3`,
  ],
  [
    'lanes',
    `SELECT lane, kind, cursor, attempt, due_at, failing_since, reason FROM delivery_log.lanes
      WHERE tenant_id = $1 AND subscription_id = $2 AND $3::text IS NOT NULL`,
  ],
  [
    'window',
    `SELECT w.* FROM delivery_log.windows w JOIN delivery_log.events e USING (partition)
      WHERE e.tenant_id = $1 AND e.event_id = $3 AND $2::text IS NOT NULL`,
  ],
];

const shown = 10;

/** Ids of the events that stand in the log more than once, because a publisher had to repeat itself. */
export async function repeatedInLog(databaseUrl: string): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ event_id: string }>(
      'SELECT event_id FROM delivery_log.events GROUP BY tenant_id, event_id HAVING count(*) > 1',
    );
    return new Set(rows.map(({ event_id }) => event_id));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The first offences and where they are. */
export async function postMortem(
  databaseUrl: string,
  log: Log,
  broken: readonly Broken[],
): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  const lines: string[] = [];
  try {
    await client.connect();
    for (const one of broken.slice(0, shown)) {
      lines.push(...(await describe(client, one)));
      lines.push(...(await historyOf(log, await placeOf(client, one))));
    }
  } catch (error) {
    lines.push(`the stores do not say more: ${String(error)}`);
  } finally {
    await client.end().catch(() => undefined);
  }
  if (broken.length > shown) lines.push(`… and ${broken.length - shown} more`);
  return lines;
}

async function placeOf(client: pg.Client, { subscription, n }: Broken) {
  const ids = [subscription.tenant.id, subscription.id, subscription.tenant.eventId(n) ?? null];
  const { rows } = await client.query<{ partition: number; delivery_id: string }>(
    `SELECT partition, delivery_id FROM delivery_log.deliveries
      WHERE tenant_id = $1 AND subscription_id = $2 AND event_id = $3`,
    ids,
  );
  return rows.map(({ partition, delivery_id }) => ({ partition, deliveryId: delivery_id }));
}

async function describe(client: pg.Client, { subscription, n, what }: Broken): Promise<string[]> {
  const { tenant, id, name } = subscription;
  const eventId = tenant.eventId(n) ?? null;
  const title = `${name}: event ${n} ${what}; it came ${subscription.requestsOf(n)} times`;
  const lines = [title, `  tenant ${tenant.id}, subscription ${id}, event ${eventId ?? '(no id is known)'}`];
  for (const [about, sql] of questions) {
    const { rows } = await client.query<object>(sql, [tenant.id, id, eventId]);
    lines.push(`  ${about}: ${rows.length === 0 ? 'nothing' : ''}`);
    for (const row of rows.slice(0, 8)) lines.push(`    ${JSON.stringify(row)}`);
  }
  return lines;
}
