import { invalidQuery, type Page, pageCursor, pageLimit, placeOf } from '@posthorn/runtime';

export type { Page };
export { invalidQuery as invalid };

/** @throws AppError `invalid` */
export const limitOf = (text: string | undefined): number => pageLimit(text, 50);

/** @throws AppError `invalid` */
export function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  values: readonly T[],
): T | undefined {
  if (text === undefined || text === '') return undefined;
  const value = values.find((each) => each === text);
  if (value) return value;
  throw invalidQuery(name, `must be one of ${values.join(', ')}`);
}

/** @throws AppError `invalid` */
export function instantOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const at = new Date(isDate ? text : NaN);
  if (!Number.isNaN(at.getTime())) return at;
  throw invalidQuery(name, 'must be a date or an instant as in 2026-04-15T10:00:00Z');
}

/** What the next page begins behind; callers see an opaque text. */
export type Position = { seq: number; subscriptionId: string; replayId: string };

export function encodeCursor({ seq, subscriptionId, replayId }: Position): string {
  return pageCursor([seq, subscriptionId, replayId]);
}

/** The latest instant that JavaScript knows, in ms; PostgreSQL knows later ones. */
const instantMax = 8_640_000_000_000_000;

/** @throws AppError `invalid` */
export function decodeCursor(text: string | undefined): Position | undefined {
  return placeOf(text, ([seq, subscriptionId, replayId]) =>
    isPlace(seq) && typeof subscriptionId === 'string' && typeof replayId === 'string'
      ? { seq, subscriptionId, replayId }
      : undefined,
  );
}

/** In the log, or (of replays) in time. */
function isPlace(seq: unknown): seq is number {
  return Number.isSafeInteger(seq) && (seq as number) >= 0 && (seq as number) <= instantMax;
}
