import { AppError } from './problem.js';

/** A page of a list; `nextCursor` is null on the last one. */
export type Page<T> = { items: T[]; nextCursor: string | null };

export const pageLimitMax = 200;
const cursorMaxChars = 1_000;

/** `limit` of a query, or `usual`. @throws AppError `invalid` */
export function pageLimit(text: unknown, usual: number): number {
  if (text === undefined || text === '') return usual;
  const limit = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= pageLimitMax) return limit;
  throw invalidQuery('limit', `must be a number from 1 to ${pageLimitMax}`);
}

/** Where the next page begins; callers see an opaque text. */
export function pageCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place that a `cursor` stands for; undefined: the beginning. Somebody may have made it up: `read`
 * answers undefined for what is none of its places.
 *
 * @throws AppError `invalid`
 */
export function placeOf<P>(cursor: unknown, read: (parts: unknown[]) => P | undefined): P | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const parts = typeof cursor === 'string' && cursor.length <= cursorMaxChars ? parsed(cursor) : undefined;
  const place = Array.isArray(parts) ? read(parts as unknown[]) : undefined;
  if (place !== undefined) return place;
  throw invalidCursor();
}

export const invalidCursor = (): AppError =>
  invalidQuery('cursor', 'must be the nextCursor of an earlier page');

/** A wrong parameter of a query. */
export function invalidQuery(name: string, detail: string): AppError {
  return new AppError('invalid', `/${name}: ${detail}`, { errors: [{ pointer: `/${name}`, detail }] });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
