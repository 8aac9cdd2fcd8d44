import { logLevel, type LogEntry } from 'kafkajs';

export type LogFn = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

export type KafkaLogOptions = {
  /** Shared by all clients of a connection: see `seldom`. */
  isNew: (message: string) => boolean;
  /** Hears of every error entry, before it is logged: the first sign that something fails. */
  trouble?: ((message: string) => void) | undefined;
  /** For clients whose failed tries are part of normal work: their entries become debug entries. */
  quiet?: boolean | undefined;
};

// Said by kafkajs at every start although the limit is meant: our own loop repeats, see BatchProducer.
const expected = /^Limiting retries for the idempotent producer/;

/**
 * What a broker that has just started, or a topic that was just made, answers for a moment, and a group
 * whenever a member comes or goes. Repeated by kafkajs; what stays shows in readiness, and as another
 * message.
 */
const passing =
  /group is rebalancing|coordinator is loading|Topic creation errors|is not the leader for that topic-partition|topic already exists|does not host this topic-partition|no leader for this topic-partition/i;

/**
 * kafkajs calls every failed try an error, also those which it repeats by itself. Here they are warnings:
 * what nobody repeats is an exception, and reported by whoever catches it.
 */
export function kafkaLogCreator(log: LogFn, { isNew, trouble, quiet = false }: KafkaLogOptions) {
  return () =>
    ({ namespace, level, log: { message, ...extra } }: LogEntry): void => {
      if (expected.test(message)) return;
      if (level === logLevel.ERROR) trouble?.(message);
      const said = quiet || passing.test(`${message} ${String(extra['error'] ?? '')}`) ? 'debug' : 'warn';
      if (isNew(`${said} ${message}`)) log(said, `kafka: ${message}`, { namespace, ...fieldsOf(extra) });
    };
}

/** A broker that is away for an hour is a few lines a minute, not ten a second. */
export function seldom(everyMs: number): (message: string) => boolean {
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
