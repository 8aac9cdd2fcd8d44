import type { Fault } from './field-checks.js';

/** Of `fetch`, what is needed here. */
export type Fetch = (
  url: string,
  init: {
    method: 'POST';
    headers: Record<string, string>;
    body: string;
    signal: AbortSignal;
    redirect: 'manual';
  },
) => Promise<HttpResponse>;

type HttpResponse = {
  status: number;
  headers: { get(name: string): string | null };
  body: AsyncIterable<Uint8Array> | null;
};

/** Posthorn, or something before it, does not take requests like this one. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';

  constructor(
    readonly status: number,
    /** Of the problem+json; undefined where there was none. */
    readonly code: string | undefined,
    detail: string,
    /** Where it said when to come again. */
    readonly retryAfterMs?: number,
  ) {
    super(`${status} ${code ?? ''}: ${detail}`.replace(' :', ':'));
  }
}

export type Answer =
  | { kind: 'accepted'; ids: string[] }
  /** The request was refused whole, because of these; nothing was taken. */
  | { kind: 'members'; faults: Map<number, Fault[]> }
  | { kind: 'too-large' }
  | { kind: 'refused'; cause: HttpRefusal }
  | { kind: 'again'; cause: unknown; retryAfterMs: number | undefined };

const bodyMax = 4 * 1024 * 1024;

/** Never rejects: what goes wrong on the way may be tried again, because repeats have the same ids. */
export async function answerOf(
  request: () => Promise<HttpResponse>,
  events: number,
  nowMs: () => number,
): Promise<Answer> {
  try {
    const response = await request();
    return read(response, await jsonOf(response), { events, nowMs });
  } catch (cause) {
    return { kind: 'again', cause, retryAfterMs: undefined };
  }
}

function read(
  { status, headers }: HttpResponse,
  body: unknown,
  { events, nowMs }: { events: number; nowMs: () => number },
): Answer {
  const { accepted, code, detail, errors } = (body ?? {}) as Record<string, unknown>;
  if (status === 202) {
    const ids = Array.isArray(accepted) ? accepted.map((one: { id?: unknown } | null) => one?.id) : [];
    if (ids.length === events && ids.every((id) => typeof id === 'string')) return { kind: 'accepted', ids };
    throw new HttpRefusal(status, undefined, 'the answer is not one of Posthorn’s');
  }
  const retryAfterMs = retryAfterOf(headers.get('retry-after'), nowMs());
  const text = typeof detail === 'string' ? detail.slice(0, 1_000) : 'no reason was given';
  const refusal = new HttpRefusal(status, typeof code === 'string' ? code : undefined, text, retryAfterMs);
  if (status >= 500 || status === 429 || status === 408)
    return { kind: 'again', cause: refusal, retryAfterMs };
  const faults = memberFaults(errors, events);
  if (faults.size > 0) return { kind: 'members', faults };
  return status === 413 ? { kind: 'too-large' } : { kind: 'refused', cause: refusal };
}

/** `errors` of a batch name the index of every member that is wrong. */
function memberFaults(errors: unknown, events: number): Map<number, Fault[]> {
  const faults = new Map<number, Fault[]>();
  for (const error of Array.isArray(errors) ? (errors as unknown[]) : []) {
    const { index, pointer, detail } = (error ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= events) continue;
    const prefix = `/${index as number}`;
    const place =
      typeof pointer === 'string' && pointer.startsWith(prefix) ? pointer.slice(prefix.length) : '';
    const known = faults.get(index as number) ?? [];
    known.push({ pointer: place, detail: String(detail) });
    faults.set(index as number, known);
  }
  return faults;
}

/** Seconds, or an HTTP date. */
function retryAfterOf(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** Undefined where it is no JSON. Read to its end, so that the connection can be used again. */
async function jsonOf({ body }: HttpResponse): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > bodyMax) throw new Error(`the answer is larger than ${bodyMax} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
