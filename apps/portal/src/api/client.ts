import type { paths } from './generated/schema';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Json<R> = R extends { content: { 'application/json': infer T } } ? T : never;
type Responses<P extends keyof paths, M extends Method> = paths[P][M] extends { responses: infer R }
  ? R
  : never;
type Success<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : never }[keyof R];

/** What a route answers, as the OpenAPI document says it. */
export type Answer<P extends keyof paths, M extends Method> = Success<Responses<P, M>>;

type ParamsOf<P> = P extends `${string}{${infer N}}${infer Rest}` ? N | ParamsOf<Rest> : never;
type Values = Record<string, string | number | boolean | null | undefined>;

type Sent = { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal | undefined };
type Options<P> = ([ParamsOf<P>] extends [never]
  ? { path?: undefined }
  : { path: Record<ParamsOf<P>, string> }) & { query?: Values } & Sent;

export type FieldProblem = { pointer?: string; detail: string };

/** An answer that is no success: problem+json, or no answer at all (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly requestId?: string,
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** What a second try may change: no answer, or a server that has trouble. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 500);

/** Makes a change only on the version that it was made for. */
export const ifMatch = (version: number): Record<string, string> => ({ 'if-match': `"${version}"` });

let onLoggedOut: () => void = () => undefined;

/** Called whenever the API says that nobody is logged in (any more). */
export function whenLoggedOut(listener: () => void): void {
  onLoggedOut = listener;
}

/** `path` with its parameters filled in; a parameter may hold anything. */
export function addressOf(path: string, params: Record<string, string> = {}, query: Values = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

/** One call of a route of the document. */
export async function call<P extends keyof paths & string, M extends Method>(
  method: M,
  path: P,
  options: Options<P>,
): Promise<Answer<P, M>> {
  const {
    path: params,
    query,
    ...rest
  } = options as {
    path?: Record<string, string>;
  } & Options<'/'>;
  return (await send(method, addressOf(path, params, query), rest)) as Answer<P, M>;
}

export async function send(
  method: string,
  address: string,
  { body, headers, signal }: Sent = {},
): Promise<unknown> {
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  };
  if (signal) init.signal = signal;
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(address, init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'unreachable');
  });
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : (JSON.parse(text) as unknown);
  const error = errorOf(response.status, text);
  if (error.status === 401 && !address.startsWith('/v1/session')) onLoggedOut();
  throw error;
}

function errorOf(status: number, text: string): ApiError {
  try {
    const { code, detail, title, errors, requestId } = JSON.parse(text) as Record<string, string> & {
      errors?: FieldProblem[];
    };
    return new ApiError(status, code ?? 'unknown', detail ?? title ?? String(status), errors, requestId);
  } catch {
    return new ApiError(status, 'unknown', `HTTP ${status}`);
  }
}
