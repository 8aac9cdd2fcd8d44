import { setTimeout as sleep } from 'node:timers/promises';
import type { Prometheus } from './prometheus.js';

export type PanelQuery = { dashboard: string; panel: string; expr: string; empty?: string };

const patienceMs = 60_000;

/**
 * Evaluates what dashboards ask for, and asks again for a while: some things happen once a minute. Answers
 * what stayed without an answer that has none documented.
 */
export async function unanswered(prometheus: Prometheus, queries: readonly PanelQuery[]): Promise<string[]> {
  const until = Date.now() + patienceMs;
  let open = [...queries];
  for (;;) {
    const results = await Promise.all(
      open.map(async (query) => ({ query, answers: await answers(prometheus, query) })),
    );
    open = results.filter((result) => !result.answers && !result.query.empty).map(({ query }) => query);
    if (open.length === 0 || Date.now() > until) break;
    await sleep(2_000);
  }
  return open.map(({ dashboard, panel, expr }) => `${dashboard}, ${panel}: no answer to ${expr}`);
}

async function answers(prometheus: Prometheus, { expr }: PanelQuery): Promise<boolean> {
  const samples = await prometheus.query(expr.replaceAll('$__rate_interval', '20s'));
  return samples.length > 0;
}

/** What is exported of what is documented. */
export async function missing(prometheus: Prometheus, names: readonly string[]): Promise<string[]> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const known = await prometheus.metricNames();
    const gone = names.filter((name) => !known.has(name) && !known.has(`${name}_count`));
    if (gone.length === 0 || Date.now() > until) return gone;
    await sleep(2_000);
  }
}
