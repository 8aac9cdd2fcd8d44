import { setTimeout as sleep } from 'node:timers/promises';
import type { Failure, World } from './world.js';

const firesWithinMs = 150_000;
const endsWithinMs = 300_000;

/**
 * Breaks something, waits for each alert that this has to set off, looks where its runbook looks, repairs,
 * and waits until all of them end.
 * @throws Error saying what did not come as the runbooks have it
 */
export async function follow(failure: Failure, world: World, say: (line: string) => void): Promise<boolean> {
  const firing = async (): Promise<Set<string>> => {
    const alerts = await world.prometheus.alerts();
    const fire = alerts.filter(({ state }) => state === 'firing');
    return new Set(fire.map(({ labels }) => labels['alertname']!));
  };
  const left = [...failure.runbooks];
  // They may still fire for what was broken before.
  const quiet = async () =>
    intersects(
      await firing(),
      left.map(({ alert }) => alert),
    ) === false;
  if (!(await until(quiet, endsWithinMs))) say(`  – ${failure.name}: something fired before it was broken`);
  const began = Date.now();
  const repair = await failure.break(world);
  const failed: string[] = [];
  const followed: string[] = [];
  const wrong = new Set<string>();
  await until(async () => {
    const now = await firing();
    for (const alert of failure.never ?? []) if (now.has(alert)) wrong.add(alert);
    for (const book of left.filter(({ alert }) => now.has(alert))) {
      left.splice(left.indexOf(book), 1);
      const firedS = Math.round((Date.now() - began) / 1_000);
      const seen = await book.look(world).catch((error: Error) => error);
      if (seen instanceof Error) failed.push(`${book.runbook}: ${seen.message}`);
      else followed.push(book.alert);
      say(`  · ${book.runbook}: ${book.alert} fired after ${firedS} s; ${String(seen)}`);
    }
    return left.length === 0;
  }, firesWithinMs);
  for (const alert of wrong) failed.push(`${alert} fired, too`);
  for (const { alert, runbook } of left) failed.push(`${runbook}: ${alert} did not fire`);
  await repair();
  const repairedAt = Date.now();
  const ended = await until(async () => !intersects(await firing(), followed), endsWithinMs);
  if (!ended) failed.push(`${[...(await firing())].join(', ')} did not end`);
  const endedS = Math.round((Date.now() - repairedAt) / 1_000);
  for (const line of failed) say(`  ✗ ${failure.name}: ${line}`);
  if (failed.length === 0) say(`  ✓ ${failure.name}: all ended within ${endedS} s of the repair`);
  return failed.length === 0;
}

function intersects(set: ReadonlySet<string>, names: readonly string[]): boolean {
  return names.some((name) => set.has(name));
}

async function until(holds: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await sleep(500)) if (await holds()) return true;
  return false;
}

/** Thresholds that are times, or count what takes its time, and what they are in a drill. */
const thresholds: [from: RegExp, to: string][] = [
  [/(posthorn_consumer_lag_age_seconds\)\s*>) 60/g, '$1 3'],
  [/(posthorn_projection_delay_seconds\)\s*>) 120/g, '$1 6'],
  [/(posthorn_timers_overdue_seconds\)\s*>) 60/g, '$1 3'],
  [/(posthorn_outbox_age_seconds\)\s*>) 60/g, '$1 3'],
  [/(posthorn_jobs_still_seconds\{posthorn_job!="export"\}\)\s*>) 3600/g, '$1 10'],
  [/(posthorn_backlog_age_seconds\)\s*>) 5 \* 86400/g, '$1 20'],
  [/(posthorn_backlog_age_seconds\{posthorn_lane_state="behind"\}\)\s*>) 1800/g, '$1 5'],
  [/(posthorn_partitions_lost_total\[\w+\]\)\)\s*>) 10/g, '$1 2'],
];

/**
 * The rules with a clock that runs twenty times as fast: a drill is to take a minute, not a quarter of an
 * hour. Thresholds stay, but those above.
 */
export function hurried(rules: string): string {
  const seconds = (count: string, unit: string): number =>
    Number(count) * { s: 1, m: 60, h: 3_600, d: 86_400 }[unit as 's' | 'm' | 'h' | 'd'];
  const quick = rules
    .replace(/\[(\d+)([smhd])\]/g, (_, n: string, unit: string) => `[${Math.ceil(seconds(n, unit) / 20)}s]`)
    .replace(/offset (\d+)([smhd])/g, (_, n: string, unit: string) => `offset ${seconds(n, unit) / 20}s`)
    .replace(
      /for: (\d+)([smhd])/g,
      (_, n: string, unit: string) => `for: ${Math.ceil(seconds(n, unit) / 20)}s`,
    );
  return thresholds.reduce((text, [from, to]) => text.replace(from, to), quick);
}
