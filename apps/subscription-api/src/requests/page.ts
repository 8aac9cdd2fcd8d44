import { AppError } from '@posthorn/runtime';
import { listOf, type List } from '../answer.js';

/** Where a page begins: behind this place. Opaque to callers. */
export type Place = { at: string; id: string };
export type PageRequest = { after: Place | undefined; limit: number };

const limitMax = 200;
const limitDefault = 100;
/** What PostgreSQL takes without a complaint; a cursor that somebody made up ends here. */
const forms = { time: /^20\d\d-(0\d|1[0-2])-[0-2]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/, number: /^\d{1,18}$/ };

/** `limit` (1 to 200, 100 by default) and `cursor` of a query. @throws AppError `invalid` */
export function readPage(
  query: { limit?: unknown; cursor?: unknown },
  form: keyof typeof forms = 'time',
): PageRequest {
  return { limit: readLimit(query.limit), after: readCursor(query.cursor, forms[form]) };
}

export function readLimit(text: unknown): number {
  if (text === undefined) return limitDefault;
  const limit = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= limitMax) return limit;
  const detail = `must be 1 to ${limitMax}`;
  throw new AppError('invalid', `limit ${detail}.`, { errors: [{ detail: `limit ${detail}` }] });
}

function readCursor(text: unknown, form: RegExp): Place | undefined {
  if (text === undefined || text === '') return undefined;
  const wrong = new AppError('invalid', 'cursor must be the nextCursor of the page before.', {
    errors: [{ detail: 'cursor is not one of ours' }],
  });
  if (typeof text !== 'string' || text.length > 1_000) throw wrong;
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (
      typeof at === 'string' &&
      typeof id === 'string' &&
      form.test(at) &&
      (form === forms.number || !Number.isNaN(Date.parse(at))) &&
      !id.includes('\0')
    )
      return { at, id };
  } catch {
    // Said below.
  }
  throw wrong;
}

/** `rows` has one more than the limit where there is a next page. */
export function pageOf<T, V>(
  rows: readonly T[],
  { limit }: PageRequest,
  placeOf: (row: T) => Place,
  view: (row: T) => V,
): List<V> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? placeOf(shown[shown.length - 1]) : undefined;
  const next = last ? Buffer.from(JSON.stringify([last.at, last.id])).toString('base64url') : null;
  return listOf(shown.map(view), next);
}
