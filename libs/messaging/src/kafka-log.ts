import { logLevel, type LogEntry } from 'kafkajs';

export type LogFn = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/**
 * Hears of every error entry of one kafkajs client, before it is logged: the first sign that something
 * fails.
 */
export type TroubleListener = (message: string) => void;

// Said by kafkajs at every start although the limit is meant: our own loop repeats, see BatchProducer.
const expected = /^Limiting retries for the idempotent producer/;

/**
 * kafkajs calls every failed try an error, also those which it repeats by itself. Here they are warnings:
 * what nobody repeats is an exception, and reported by whoever catches it.
 */
export function kafkaLogCreator(log: LogFn, trouble?: TroubleListener, quiet = false) {
  const isNew = seldom(5_000);
  return () =>
    ({ namespace, level, log: { message, ...extra } }: LogEntry): void => {
      if (expected.test(message)) return;
      if (level === logLevel.ERROR) trouble?.(message);
      if (isNew(message))
        log(quiet ? 'debug' : 'warn', `kafka: ${message}`, { namespace, ...fieldsOf(extra) });
    };
}

/** A broker that is away for an hour is a few lines a minute, not ten a second. */
function seldom(everyMs: number): (message: string) => boolean {
  const said = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    const last = said.get(message);
    if (last !== undefined && now - last < everyMs) return false;
    if (said.size >= 100) said.clear();
    said.set(message, now);
    return true;
  };
}

const kept = ['broker', 'clientId', 'groupId', 'topic', 'partition', 'error', 'retryCount', 'retryTime'];

/** Buffers, stacks and whole payloads stay out of the log. */
function fieldsOf(extra: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(kept.filter((key) => extra[key] !== undefined).map((key) => [key, extra[key]]));
}
