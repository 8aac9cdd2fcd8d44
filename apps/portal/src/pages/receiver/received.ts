import type { Hook, Received } from './receiver';

export type Seen = { hook: Hook | undefined; requests: readonly Received[] };

export const nothingSeen: Seen = { hook: undefined, requests: [] };

const keptMax = 500;

/** What a stream says, added to what is known: newest first, each request as it was last told. */
export function withNews(seen: Seen, event: string, data: unknown): Seen {
  if (event === 'cleared') return { ...seen, requests: [] };
  if (event === 'hook') return { ...seen, hook: data as Hook };
  const request = data as Received;
  const at = seen.requests.findIndex(({ n }) => n <= request.n);
  const before = at < 0 ? seen.requests : seen.requests.slice(0, at);
  const rest = at < 0 ? [] : seen.requests.slice(seen.requests[at]?.n === request.n ? at + 1 : at);
  return { ...seen, requests: [...before, request, ...rest].slice(0, keptMax) };
}
