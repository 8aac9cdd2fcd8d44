import type { Health } from '../api/types';
import type { TextKey } from '../i18n/i18n';
import { countdown } from '../ui/time-text';
import type { Open } from './open';
import { attemptsOf, type RetryPolicy } from './retry';

type Said = { key: TextKey; values?: Record<string, string | number> };
type Subject = { status: string; ordering: string; retryPolicy: RetryPolicy; health?: Health };

/**
 * How a webhook is doing, in sentences: what it does now, what comes next and when, how much waits.
 * Attempts are counted as everywhere: those that were made.
 */
export function sayHealth(
  subject: Subject,
  { nowMs, waiting = 0, heads = 0 }: { nowMs: number } & Partial<Open>,
): Said[] {
  const { status, ordering, health } = subject;
  const waits = heads > 0 ? sayHeads(heads, waiting, ordering) : sayWaiting(waiting, ordering);
  if (status === 'disabled') return [{ key: 'say.disabled' }];
  if (status === 'paused') return [{ key: 'say.paused' }, ...waits];
  if (health?.state === 'parked') return [sayParked(subject, nowMs), ...waits];
  if (health?.state === 'behind') return [{ key: 'say.behind' }, ...waits];
  return [{ key: 'say.live' }, ...waits];
}

/**
 * Whether that is good news: only where something was delivered and nothing is wrong. Of a webhook that was
 * never used nobody knows.
 */
export function toneOf(
  { status, health }: Pick<Subject, 'status' | 'health'>,
  { isRetrying, isUnused }: { isRetrying: boolean; isUnused: boolean },
): 'good' | 'bad' | 'neutral' {
  if (status !== 'active' || health?.state === 'parked' || isRetrying) return 'bad';
  return isUnused || health?.state === 'behind' ? 'neutral' : 'good';
}

/** Since when it fails. While somebody has paused it nothing is tried, so nothing fails. */
export function failingSince({ status, health }: Pick<Subject, 'status' | 'health'>): string | null {
  return status === 'paused' ? null : (health?.failingSince ?? null);
}

function sayParked({ health, retryPolicy }: Subject, nowMs: number): Said {
  const attempt = health?.attempt ?? 0;
  const attempts = attemptsOf(retryPolicy) ?? attempt;
  const left = health?.nextAttemptAt ? countdown(health.nextAttemptAt, nowMs) : null;
  if (left === null) return { key: 'say.parkedNow', values: { attempt, attempts } };
  return { key: 'say.parked', values: { attempt, attempts, in: left } };
}

/** What is tried again, and what cannot go on before it has succeeded. */
function sayHeads(heads: number, n: number, ordering: string): Said[] {
  if (heads > 1) return [{ key: 'say.heads', values: { heads, n } }];
  if (n === 0) return [{ key: 'say.headAlone' }];
  if (n === 1) return [{ key: 'say.headAndOne' }];
  return [{ key: ordering === 'strict' ? 'say.headInOrder' : 'say.headAndSome', values: { n } }];
}

function sayWaiting(n: number, ordering: string): Said[] {
  if (n <= 0) return [];
  if (n === 1) return [{ key: 'say.waitsOne' }];
  return [{ key: ordering === 'unordered' ? 'say.waitsSome' : 'say.waitsInOrder', values: { n } }];
}
