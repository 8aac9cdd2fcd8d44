import { AppError } from './problem.js';

/** As long as the operator's key may be. */
const keyMaxChars = 256;

/** The key of a request. `X-Api-Key` goes first: a proxy may have put an `Authorization` of its own. */
export function apiKeyOf(headers: Record<string, string | string[] | undefined>): string | undefined {
  const { 'x-api-key': own, authorization = '' } = headers;
  const text =
    typeof own === 'string' && own !== '' ? own : /^Bearer +(\S+) *$/i.exec(String(authorization))?.[1];
  return text && text.length <= keyMaxChars ? text : undefined;
}

export const apiKeyRequired = (): AppError =>
  new AppError('unauthorized', 'A valid API key is required: X-Api-Key, or Authorization: Bearer.', {
    headers: { 'www-authenticate': 'Bearer realm="posthorn"' },
  });
