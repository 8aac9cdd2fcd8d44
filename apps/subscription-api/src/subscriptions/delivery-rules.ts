import { isSealed, type RetryPolicy } from '@posthorn/contracts';
import { isObject, isPlainText, pointerPart, type Problems } from '../problems.js';

/** Events expire at 7 days: a longer wait could only end in that. */
const delayMaxMs = 7 * 24 * 60 * 60 * 1000;
const attemptsMax = 50;
const policies = {
  list: ['delaysMs', 'jitter'],
  formula: ['baseMs', 'factor', 'maxMs', 'attempts', 'jitter'],
} as const;

export function readRetryPolicy(input: unknown, problems: Problems): RetryPolicy | undefined {
  const pointer = '/retryPolicy';
  if (!isObject(input)) {
    problems.add(pointer, 'must be { delaysMs } or { baseMs, factor, maxMs, attempts, jitter }');
    return undefined;
  }
  const isList = 'delaysMs' in input;
  const known: readonly string[] = isList ? policies.list : policies.formula;
  for (const name of Object.keys(input))
    if (!known.includes(name))
      problems.add(`${pointer}/${pointerPart(name)}`, 'is not a field of this kind of policy');
  const jitter =
    input['jitter'] === undefined
      ? undefined
      : readNumber(input['jitter'], `${pointer}/jitter`, problems, 0, 1);
  if (isList) {
    const delaysMs = readDelays(input['delaysMs'], `${pointer}/delaysMs`, problems);
    return delaysMs && (jitter === undefined ? { delaysMs } : { delaysMs, jitter });
  }
  const baseMs = readInteger(input['baseMs'], `${pointer}/baseMs`, problems, 0, delayMaxMs);
  const factor = readNumber(input['factor'], `${pointer}/factor`, problems, 1, 10);
  const maxMs = readInteger(input['maxMs'], `${pointer}/maxMs`, problems, baseMs ?? 0, delayMaxMs);
  const attempts = readInteger(input['attempts'], `${pointer}/attempts`, problems, 1, attemptsMax);
  if (baseMs === undefined || factor === undefined || maxMs === undefined || attempts === undefined)
    return undefined;
  return { baseMs, factor, maxMs, attempts, jitter: jitter ?? 0 };
}

function readDelays(input: unknown, pointer: string, problems: Problems): number[] | undefined {
  if (!Array.isArray(input) || input.length >= attemptsMax) {
    problems.add(pointer, `must be a list of at most ${attemptsMax - 1} delays`);
    return undefined;
  }
  input.forEach((delay, i) => readInteger(delay, `${pointer}/${i}`, problems, 0, delayMaxMs));
  return input as number[];
}

export function readInteger(
  input: unknown,
  pointer: string,
  problems: Problems,
  min: number,
  max: number,
): number | undefined {
  if (Number.isInteger(input)) return readNumber(input, pointer, problems, min, max);
  problems.add(pointer, `must be a whole number from ${min} to ${max}`);
  return undefined;
}

export function readNumber(
  input: unknown,
  pointer: string,
  problems: Problems,
  min: number,
  max: number,
): number | undefined {
  if (typeof input === 'number' && input >= min && input <= max) return input;
  problems.add(pointer, `must be a number from ${min} to ${max}`);
  return undefined;
}

/**
 * What the HTTP client, the profile or the trace decides, and what a proxy on the way would take for its
 * own.
 */
const deniedHeaders =
  /^(host|content-.*|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|authorization|cookie|date|user-agent|via|forwarded|x-forwarded-.*|http2-settings|sec-.*|accept-encoding|traceparent|tracestate|webhook-.*|ce-.*|x-brutlers-.*)$/i;
const headersMax = 20;

export function readHeaders(input: unknown, problems: Problems): Record<string, string> | undefined {
  const entries = readEntries(input, '/headers', headersMax, problems);
  const seen = new Set<string>();
  for (const [name, value] of entries ?? []) {
    const pointer = `/headers/${pointerPart(name)}`;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name))
      problems.add(pointer, 'is not the name of a header');
    else if (deniedHeaders.test(name)) problems.add(pointer, 'cannot be set');
    else if (seen.has(name.toLowerCase())) problems.add(pointer, 'is there twice');
    else if (!isHeaderValue(value, 1024))
      problems.add(pointer, 'must be printable ASCII, at most 1024 characters');
    else if (isSealed(value)) problems.add(pointer, 'cannot begin with sealed:');
    seen.add(name.toLowerCase());
  }
  return entries && (Object.fromEntries(entries) as Record<string, string>);
}

/** Printable ASCII, not blank at its ends: exactly what arrives is what was saved. */
export function isHeaderValue(value: unknown, maxChars: number): value is string {
  return (
    typeof value === 'string' &&
    value.length <= maxChars &&
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  );
}

export function readMetadata(input: unknown, problems: Problems): Record<string, string> | undefined {
  const entries = readEntries(input, '/metadata', 20, problems);
  for (const [name, value] of entries ?? []) {
    if (!isPlainText(name, 64) || name === '')
      problems.add('/metadata', 'names must have 1 to 64 characters');
    else if (!isPlainText(value, 500))
      problems.add(`/metadata/${pointerPart(name)}`, 'must be a text of at most 500 characters');
  }
  return entries && (Object.fromEntries(entries) as Record<string, string>);
}

function readEntries(
  input: unknown,
  pointer: string,
  max: number,
  problems: Problems,
): [string, unknown][] | undefined {
  if (isObject(input) && Object.keys(input).length <= max) return Object.entries(input);
  problems.add(pointer, `must be an object with at most ${max} entries`);
  return undefined;
}
