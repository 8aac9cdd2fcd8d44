import { AppError } from '@posthorn/runtime';

/** A page of a list; `nextCursor` is null on the last one. */
export type Page<T> = { items: T[]; nextCursor: string | null };

const limitMax = 200;
const limitDefault = 50;

/** @throws AppError `invalid` */
export function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return limitDefault;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= limitMax) return limit;
  throw invalid('limit', `must be a number from 1 to ${limitMax}`);
}

/** @throws AppError `invalid` */
export function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  values: readonly T[],
): T | undefined {
  if (text === undefined || text === '') return undefined;
  const value = values.find((each) => each === text);
  if (value) return value;
  throw invalid(name, `must be one of ${values.join(', ')}`);
}

/** @throws AppError `invalid` */
export function instantOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = new Date(isDate ? text : NaN);
  if (!Number.isNaN(at.getTime())) return at;
  throw invalid(name, 'must be a date or an instant as in 2026-04-15T10:00:00Z');
}

/** What the next page begins behind; callers see an opaque text. */
export type Position = { seq: number; subscriptionId: string; replayId: string };

export function encodeCursor({ seq, subscriptionId, replayId }: Position): string {
  return Buffer.from(JSON.stringify([seq, subscriptionId, replayId])).toString('base64url');
}

/** @throws AppError `invalid` */
export function decodeCursor(text: string | undefined): Position | undefined {
  if (text === undefined || text === '') return undefined;
  const parts = text.length <= 1_000 ? parsed(text) : undefined;
  if (Array.isArray(parts)) {
    const [seq, subscriptionId, replayId] = parts as unknown[];
    if (Number.isSafeInteger(seq) && typeof subscriptionId === 'string' && typeof replayId === 'string')
      return { seq: seq as number, subscriptionId, replayId };
  }
  throw invalid('cursor', 'must be the nextCursor of an earlier page');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

export function invalid(name: string, detail: string): AppError {
  return new AppError('invalid', `/${name}: ${detail}`, { errors: [{ pointer: `/${name}`, detail }] });
}
