import { Asks, pageCursor, pageLimit, pageLimitMax, placeOf } from '@posthorn/runtime';
import { listOf, type List } from '../answer.js';

/** Where a page begins: behind this place. Opaque to callers. */
export type Place = { at: string; id: string };
export type PageRequest = { after: Place | undefined; limit: number };

const limitDefault = 100;
/** What PostgreSQL takes without a complaint; a cursor that somebody made up ends here. */
const forms = {
  time: (at: string) => at.startsWith('20') && isInstant(at),
  number: (at: string) => /^\d{1,18}$/.test(at),
};

type Query = { limit?: unknown; cursor?: unknown };

/** A route that answers a page of a list. */
export const Lists = (): MethodDecorator =>
  Asks({ limit: { type: 'integer', minimum: 1, maximum: pageLimitMax }, cursor: { type: 'string' } });

/** `limit` (1 to 200, 100 by default) and `cursor` of a query. @throws AppError `invalid` */
export function readPage(query: Query, form: keyof typeof forms = 'time'): PageRequest {
  return { limit: readLimit(query.limit), after: placeOf(query.cursor, (parts) => readPlace(parts, form)) };
}

export const readLimit = (text: unknown): number => pageLimit(text, limitDefault);

function readPlace([at, id]: unknown[], form: keyof typeof forms): Place | undefined {
  if (typeof at !== 'string' || typeof id !== 'string') return undefined;
  return forms[form](at) && !id.includes('\0') ? { at, id } : undefined;
}

/** Also that there is such a day: JavaScript takes the 30th of February for the 2nd of March. */
function isInstant(text: string): boolean {
  const at = new Date(text);
  return !Number.isNaN(at.getTime()) && at.toISOString() === text;
}

/** `rows` has one more than the limit where there is a next page. */
export function pageOf<T, V>(
  rows: readonly T[],
  { limit }: PageRequest,
  placeOfRow: (row: T) => Place,
  view: (row: T) => V,
): List<V> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? placeOfRow(shown[shown.length - 1]) : undefined;
  return listOf(shown.map(view), last ? pageCursor([last.at, last.id]) : null);
}

/**
 * A page of a list that has a bound of its own and is read whole, in the order of `keyOf`; 200 at a time
 * where nothing else is asked for. What is added or removed meanwhile moves nothing else from one page to
 * another.
 */
export function pageOfWhole<T, V>(
  all: readonly T[],
  { limit: text, cursor }: Query,
  keyOf: (item: T) => string,
  view: (item: T) => V,
): List<V> {
  const limit = pageLimit(text, pageLimitMax);
  const after = placeOf(cursor, ([key]) => (typeof key === 'string' ? key : undefined)) ?? '';
  const rest = all
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, limit);
  const next = rest.length > limit ? pageCursor([shown[limit - 1].key]) : null;
  return listOf(
    shown.map(({ item }) => view(item)),
    next,
  );
}

/** Oldest first. */
export const byAge = ({ createdAt, id }: { createdAt: string; id: string }): string => `${createdAt}/${id}`;
