/** What the sink has to know of a request. NaN stands for what is not there. */
export type Webhook = {
  /** The number in its path, `/<place>`. */
  place: number;
  attempt: number;
  /** `"n":` and `"t":` of its body: the event's number, and when it was due. */
  n: number;
  dueMs: number;
};

const headEnd = Buffer.from('\r\n\r\n');
const lengthName = Buffer.from('\r\ncontent-length: ');
const attemptName = Buffer.from('\r\nwebhook-attempt: ');
const numberName = Buffer.from('"n":');
const dueName = Buffer.from('"t":');
const pathAt = 'POST /'.length;

/**
 * Reads one request that begins at `at`, as undici writes it: just what is counted, and without making a
 * string of it, so that the receiver costs little beside what is measured. Undefined where it is not whole.
 */
export function readWebhook(bytes: Buffer, at: number): { webhook: Webhook; end: number } | undefined {
  const headLength = bytes.indexOf(headEnd, at);
  if (headLength < 0) return undefined;
  const bodyAt = headLength + headEnd.length;
  const length = numberAfter(bytes, lengthName, at, bodyAt);
  const end = bodyAt + (Number.isNaN(length) ? 0 : length);
  if (bytes.length < end) return undefined;
  const webhook = {
    place: numberAt(bytes, at + pathAt),
    attempt: numberAfter(bytes, attemptName, at, bodyAt),
    n: numberAfter(bytes, numberName, bodyAt, end),
    dueMs: numberAfter(bytes, dueName, bodyAt, end),
  };
  return { webhook, end };
}

function numberAfter(bytes: Buffer, name: Buffer, from: number, until: number): number {
  const at = bytes.indexOf(name, from);
  return at < 0 || at >= until ? NaN : numberAt(bytes, at + name.length);
}

/** Digits, with a fraction or without. */
function numberAt(bytes: Buffer, from: number): number {
  const zero = 0x30;
  const point = 0x2e;
  let value = 0;
  let scale = 0;
  let at = from;
  for (; at < bytes.length; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      scale *= 10;
    } else if (bytes[at] === point && scale === 0) scale = 1;
    else break;
  }
  return at === from ? NaN : value / (scale || 1);
}
