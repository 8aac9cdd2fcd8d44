/**
 * Two-part values: one line of JSON, a line feed, then raw bytes (an event's data, a response's body).
 * JSON.stringify
 * never writes a line feed, so the first one ends the head; the tail is never parsed, copied or escaped on
 * the way.
 */
const lineFeed = 0x0a;

export class UndecodableError extends Error {
  readonly kind = 'undecodable';
}

export function encodeParts(head: object, tail: Buffer | null): Buffer {
  const line = JSON.stringify(head);
  const headBytes = Buffer.byteLength(line);
  const value = Buffer.allocUnsafe(headBytes + 1 + (tail?.length ?? 0));
  value.write(line, 0, 'utf8');
  value[headBytes] = lineFeed;
  tail?.copy(value, headBytes + 1);
  return value;
}

/** @throws UndecodableError when there is no value, no head or the head is not a JSON object. */
export function decodeParts(value: Buffer | null): { head: Record<string, unknown>; tail: Buffer } {
  if (!value) throw new UndecodableError('no value');
  const end = value.indexOf(lineFeed);
  if (end < 0) return { head: parseObject(value.toString('utf8')), tail: value.subarray(value.length) };
  return { head: parseObject(value.toString('utf8', 0, end)), tail: value.subarray(end + 1) };
}

/** @throws UndecodableError */
export function decodeObject(value: Buffer | null): Record<string, unknown> {
  if (!value) throw new UndecodableError('no value');
  return parseObject(value.toString('utf8'));
}

export function encodeObject(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parseObject(text: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UndecodableError('head is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UndecodableError('head is not an object');
  }
  return parsed as Record<string, unknown>;
}

/**
 * Fields a record cannot do without. Unknown fields are ignored: contracts only grow. @throws
 * UndecodableError
 */
export function requireFields(
  head: Record<string, unknown>,
  fields: Record<string, 'string' | 'number' | 'object'>,
): void {
  for (const name in fields) {
    const value = head[name];
    if (typeof value !== fields[name] || value === null)
      throw new UndecodableError(`${name} is missing or not a ${fields[name]}`);
  }
}

/** Parts of a record key, which may hold any character. */
export function joinKey(...parts: string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** @throws UndecodableError */
export function splitKey(key: string): string[] {
  try {
    return key.split('/').map(decodeURIComponent);
  } catch {
    throw new UndecodableError('key is not percent-encoded');
  }
}
