import type { SubscriptionView } from './rule-book.js';
import type { SentState } from './replay-chunk.store.js';

/** So many may be on their way at once where no order has to be kept. */
const outstandingMax = 500;

/** Counting reads all deliveries of a job. Of few it costs nothing, and somebody may be looking on. */
export function recountEveryMs({ taken }: { taken: string | number }): number {
  return Number(taken) <= 1_000 ? 500 : 2_000;
}

/**
 * How many of the next ones may follow what was sent: everything that is in order with one of them has to be
 * over. `next` are the entities of those that come.
 */
export function mayFollow(
  ordering: SubscriptionView['ordering'],
  sent: readonly SentState[],
  next: readonly string[],
): number {
  const isOver = ({ status }: SentState): boolean => status !== 'sent' && status !== 'waiting';
  if (ordering === 'unordered') {
    const outstanding = sent.filter(({ status }) => status === 'sent').length;
    return Math.max(0, Math.min(next.length, outstandingMax - outstanding));
  }
  const open = sent.filter((each) => !isOver(each));
  if (ordering === 'strict') return open.length === 0 ? Math.min(1, next.length) : 0;
  const busy = new Set(open.map(({ entity }) => entity));
  const free = next.findIndex((entity) => busy.has(entity) || (busy.add(entity), false));
  return Math.min(free === -1 ? next.length : free, Math.max(0, outstandingMax - open.length));
}

/** Nothing of it holds back what comes after the chunk. */
export function isThrough(ordering: SubscriptionView['ordering'], sent: readonly SentState[]): boolean {
  return sent.every(({ status }) => status !== 'sent' && (ordering === 'unordered' || status !== 'waiting'));
}
