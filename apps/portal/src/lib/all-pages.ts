import { addressOf, send } from '../api/client';
import type { Page } from '../api/types';

/** What one question brings at most, by the API. */
export const pageMax = 200;
/** Whoever has more than this sees a part of it: an end there has to be. */
const pagesMax = 25;

type Options = {
  params?: Record<string, string>;
  query?: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
};

/** Every item of a list, page by page. */
export async function allPages<T>(path: string, { params, query, signal }: Options = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = '';
  for (let n = 0; n < pagesMax && cursor !== null; n++) {
    const address = addressOf(path, params, { ...query, limit: pageMax, cursor });
    const page = (await send('get', address, { signal })) as Page<T>;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}
