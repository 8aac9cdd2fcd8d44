import { Asks, pageCursor, pageLimit, pageLimitMax, placeOf } from '@posthorn/runtime';
import { listOf, type List } from '../answer.js';

/** Where a page begins: behind this place. Opaque to callers. */
export type Place = { at: string; id: string };
export type PageRequest = { after: Place | undefined; limit: number };

const limitDefault = 100;
/** What PostgreSQL takes without a complaint; a cursor that somebody made up ends here. */
const forms = { time: /^20\d\d-(0\d|1[0-2])-[0-2]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/, number: /^\d{1,18}$/ };

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
  if (typeof at !== 'string' || typeof id !== 'string' || !forms[form].test(at)) return undefined;
  const isTime = form === 'number' || !Number.isNaN(Date.parse(at));
  return isTime && !id.includes('\0') ? { at, id } : undefined;
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
