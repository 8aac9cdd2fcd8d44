/**
 * What a failed send means. `repeat`: nothing is known to be wrong with producer or records. `renew`: this
 * producer is finished (fenced, forgotten, out of order). `record`: the broker or the encoder refuses a
 * record and always will.
 */
export type SendFailure = 'repeat' | 'renew' | 'record';

/** MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD. */
const recordCodes = new Set([10, 18, 32, 87]);

/** INVALID_PRODUCER_EPOCH, PRODUCER_FENCED: somebody with the same transactional id came after us. */
const fencedCodes = new Set([47, 90]);

type KafkaError = Error & { code?: unknown; type?: unknown; retriable?: boolean; cause?: unknown };

/** kafkajs wraps an error when it gives up; what happened is at the bottom. */
export function rootOf(error: unknown): KafkaError {
  let root = error;
  for (let depth = 0; depth < 10; depth++) {
    const cause = (root as KafkaError | undefined)?.cause;
    if (!(cause instanceof Error)) break;
    root = cause;
  }
  return root instanceof Error ? root : new Error(String(root));
}

export function sendFailure(error: unknown): SendFailure {
  const root = rootOf(error);
  if (typeof root.code === 'number' && recordCodes.has(root.code)) return 'record';
  if (root.name === 'TypeError' || root.name === 'RangeError') return 'record';
  if (root.name === 'KafkaJSNonRetriableError' && /^Invalid/.test(root.message)) return 'record';
  return root.retriable === false ? 'renew' : 'repeat';
}

export function isFenced(error: unknown): boolean {
  const { code } = rootOf(error);
  return typeof code === 'number' && fencedCodes.has(code);
}

export function isUnknownTopic(error: unknown): boolean {
  return rootOf(error).type === 'UNKNOWN_TOPIC_OR_PARTITION';
}
