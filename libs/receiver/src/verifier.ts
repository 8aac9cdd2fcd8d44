/** Header names in any case, as Node, Express and Fastify give them, or a `Headers` object. */
export type RequestHeaders =
  { get(name: string): string | null } | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The bytes as they came. What was parsed and written again has other bytes, and another signature. */
export type RawBody = string | Uint8Array;

/** `webhookId` and `attempt` as the headers say; only Standard Webhooks signs the id. */
export type Verified = { webhookId: string | undefined; attempt: number | undefined };

export type Verifier<V extends Verified = Verified> = {
  /**
   * @throws WebhookError when the request is not to be believed; answer 401
   * @throws TypeError when `body` is not the raw body: a mistake in the receiver; answer 500
   */
  verify(body: RawBody, headers: RequestHeaders): V;
};

/** Every secret that counts now: two while one is being replaced by the other. */
export type SecretsOptions = { secrets: readonly string[] };

export type WebhookErrorReason =
  'missing-header' | 'malformed' | 'timestamp-out-of-tolerance' | 'bad-signature';

/** Why a request is not to be believed. Holds no secret and no expected signature: it may be logged. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';

  constructor(
    readonly reason: WebhookErrorReason,
    /** The header it is about, in lower case. */
    readonly header: string,
    message: string,
  ) {
    super(message);
  }
}

/** The value of a header that may stand there once. */
export function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const value = rawHeader(headers, name);
  if (Array.isArray(value) && value.length > 1) {
    throw new WebhookError('malformed', name, `${name} stands there ${value.length} times`);
  }
  return (Array.isArray(value) ? value[0] : value) ?? undefined;
}

/** @throws WebhookError `missing-header`, also when it is empty */
export function requiredHeader(headers: RequestHeaders, name: string): string {
  const value = headerOf(headers, name);
  if (value) return value;
  throw new WebhookError('missing-header', name, `${name} is missing`);
}

/** @throws TypeError for everything but a text or bytes */
export function bytesOf(body: RawBody): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('The raw body is needed, as string, Buffer or Uint8Array: read it before it is parsed');
}

/** @throws TypeError where there is none, or an empty one: every request would be believed */
export function checkedSecrets(secrets: readonly string[]): readonly string[] {
  const usable = secrets.length > 0 && secrets.every((secret) => typeof secret === 'string' && secret !== '');
  if (!usable) throw new TypeError('At least one secret is needed, and none may be empty');
  return secrets;
}

/** What Posthorn's headers say beside the proof. */
export function describedBy(headers: RequestHeaders): Verified {
  const attempt = headerOf(headers, 'webhook-attempt');
  return {
    webhookId: headerOf(headers, 'webhook-id'),
    attempt: attempt !== undefined && /^[1-9]\d{0,8}$/.test(attempt) ? Number(attempt) : undefined,
  };
}

function rawHeader(headers: RequestHeaders, name: string): string | readonly string[] | null | undefined {
  if (typeof headers.get === 'function') return headers.get(name);
  const record = headers as Readonly<Record<string, string | readonly string[] | undefined>>;
  if (Object.hasOwn(record, name)) return record[name];
  const spelling = Object.keys(record).find((key) => key.toLowerCase() === name);
  return spelling === undefined ? undefined : record[spelling];
}
