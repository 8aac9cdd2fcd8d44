import type { KeyHolder } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';

const keyMaxLength = 200;
const bearer = /^Bearer +(\S+) *$/i;

/** The key of a request: `X-Api-Key`, or `Authorization: Bearer`. */
export function keyOf(headers: Record<string, string | string[] | undefined>): string | undefined {
  const own = headers['x-api-key'];
  const text =
    typeof own === 'string' && own !== '' ? own : bearer.exec(String(headers.authorization ?? ''))?.[1];
  return text === undefined || text.length > keyMaxLength ? undefined : text;
}

/** @throws AppError */
export function mayPublish(holder: KeyHolder | undefined): KeyHolder {
  if (!holder) {
    throw new AppError('unauthorized', 'A valid API key is required: X-Api-Key, or Authorization: Bearer.', {
      headers: { 'www-authenticate': 'Bearer realm="posthorn"' },
    });
  }
  if (!holder.scopes.includes('publish')) throw new AppError('forbidden', 'This key may not publish.');
  return holder;
}
