import { pageCursor, pageLimit, placeOf } from '@posthorn/runtime';
import { listOf, type List } from '../answer.js';

/** Where a page begins: behind this place. Opaque to callers. */
export type Place = { at: string; id: string };
export type PageRequest = { after: Place | undefined; limit: number };

const limitDefault = 100;
/** What PostgreSQL takes without a complaint; a cursor that somebody made up ends here. */
const forms = { time: /^20\d\d-(0\d|1[0-2])-[0-2]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/, number: /^\d{1,18}$/ };

/** `limit` (1 to 200, 100 by default) and `cursor` of a query. @throws AppError `invalid` */
export function readPage(
  query: { limit?: unknown; cursor?: unknown },
  form: keyof typeof forms = 'time',
): PageRequest {
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
