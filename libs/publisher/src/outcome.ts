import type { Fault } from './field-checks.js';

/** What became of one event. `id` is what receivers see as `webhook-id`. */
export type Outcome =
  | { status: 'accepted'; id: string }
  /** Posthorn will never take it: mend it. */
  | { status: 'refused'; id: string; faults: readonly Fault[] }
  /** It may have been taken. Publish it again: a repeat has the same id. */
  | { status: 'unknown'; id: string; cause: unknown }
  /** It was not sent, or surely not taken. Publish it again, before what follows it. */
  | { status: 'not-sent'; id: string; cause: unknown };

/** Not all of a call's events were accepted; `outcomes` has one for each of them, in their order. */
export class PublishError extends Error {
  override readonly name = 'PublishError';

  constructor(
    message: string,
    readonly outcomes: readonly Outcome[],
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Why an event was given back without having been sent. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';

  constructor(
    readonly reason: 'queue-full' | 'timed-out' | 'behind-a-failure' | 'closed',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** @throws PublishError */
export function acceptedIds(outcomes: readonly Outcome[]): string[] {
  const first = outcomes.find(({ status }) => status !== 'accepted');
  if (!first) return outcomes.map(({ id }) => id);
  const failed = outcomes.filter(({ status }) => status !== 'accepted').length;
  const cause = 'cause' in first ? first.cause : undefined;
  const why = cause instanceof Error ? `: ${cause.message}` : first.status === 'refused' ? textOf(first) : '';
  throw new PublishError(`${failed} of ${outcomes.length} events were not accepted${why}`, outcomes, {
    cause,
  });
}

function textOf({ faults }: Extract<Outcome, { status: 'refused' }>): string {
  const text = faults.map(({ pointer, detail }) => `${pointer || 'The event'} ${detail}`).join('; ');
  return text === '' ? '' : `: ${text.slice(0, 1_000)}`;
}
