import fc from 'fast-check';

/** What nobody should send. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...['', '\0', '../../etc/passwd', "' OR 1=1 --", '${7*7}', '{{7*7}}', '%00', '%', '%c0%af'],
    ...['\ud800', '\u202e', '__proto__', 'constructor', '<script>', 'x'.repeat(5_000), '1e309', '-0'],
    ...['null', 'true', '[]', '{}', 'https://127.0.0.1/', 'sub_aaaa', 'order.created', '*', 'order.*'],
    ...['2026-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '9223372036854775808', 'event.type == "a"'],
  ),
);
const value = fc.oneof(
  { weight: 3, arbitrary: hostile },
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(null, true, -1, 0, 1e308, [], {}, [[[[[[]]]]]]),
);
const fields = fc.constantFrom(
  ...['id', 'name', 'url', 'filter', 'auth', 'secret', 'headers', 'metadata', 'retryPolicy', 'timeoutMs'],
  ...['profile', 'scopes', 'expiresAt', 'email', 'password', 'role', 'token', 'event', 'data', 'schema'],
  ...['type', 'entity', 'timestamp', 'tenantId', 'examples', 'overlapS', 'kind', 'startFrom', 'events'],
  ...['status', 'from', 'to', 'subscriptionId', 'dryRun', 'ordering', 'rateLimit', 'verification'],
);
const deep = fc.integer({ min: 1, max: 5_000 }).map((n) => '['.repeat(n) + ']'.repeat(n));
const huge = 'x'.repeat(6 * 1024 * 1024);

/** JSON and what only looks like it: wrong types, deep, huge, broken, bytes. */
export const anyBody = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.dictionary(fields, value, { maxKeys: 6 }).map((it) => JSON.stringify(it)),
  },
  { weight: 4, arbitrary: fc.array(fc.dictionary(fields, value), { maxLength: 4 }).map(toJson) },
  { weight: 4, arbitrary: deep },
  { weight: 3, arbitrary: fc.constant('{"a":'.repeat(3_000)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      '{',
      'null',
      '"',
      '{"__proto__":{"x":1}}',
      '{"constructor":{}}',
      '[]',
      '{}',
    ),
  },
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(huge) },
);

export const headers = fc.dictionary(
  fc.constantFrom(
    ...['idempotency-key', 'if-match', 'x-request-id', 'traceparent', 'tracestate', 'content-encoding'],
    ...['cookie', 'ce-id', 'ce-specversion', 'last-event-id', 'accept', 'transfer-encoding'],
  ),
  fc
    .string({ unit: 'grapheme-ascii', maxLength: 60 })
    .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim()),
  { maxKeys: 3 },
);
export const mediaType = fc.oneof(
  { weight: 9, arbitrary: fc.constant('application/json') },
  fc.constantFrom(
    ...['application/cloudevents+json', 'application/cloudevents-batch+json', 'text/plain', '%'],
    'application/x-www-form-urlencoded',
  ),
);

/** Bytes at the HTTP parser. */
export const raw = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    'GET / HTTP/9.9\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n',
    'POST /v1/tenants HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    'GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`,
  ),
);

/** What fits a field of that name, so that requests come as far as where they are carried out. */
const fitting = /** @type {Record<string, fc.Arbitrary<unknown>>} */ ({
  url: fc.constantFrom('https://127.0.0.1:2/hook', 'http://127.0.0.1:3/a?b=c', 'https://[::1]:1/'),
  type: fc.constantFrom('order.created', 'order.paid'),
  types: fc.constant(['order.*']),
  events: fc.constantFrom(['order.created'], ['order.created', 'order.status_changed']),
  timestamp: fc.constantFrom('2026-04-15T10:00:01.234Z', '2026-04-15T10:00:01+02:00'),
  expression: fc.constantFrom('event.type == "order.created"', 'data.total > 10', 'data.a.b.c', '1/0 > 0'),
  email: fc.integer({ min: 0, max: 1e6 }).map((n) => `fuzz${n}@example.com`),
  expiresAt: fc.constant('2099-01-01T00:00:00Z'),
  from: fc.constant('2026-01-01T00:00:00Z'),
  to: fc.constant('2027-01-01T00:00:00Z'),
  startFrom: fc.constantFrom('now', 'earliest', '2026-01-01T00:00:00Z'),
  schema: fc.constantFrom({ type: 'object' }, { $ref: '#' }, { type: 'string', pattern: '(a+)+$' }),
});

/**
 * A body as the document describes it, now and then with something else in a place.
 * @param {any} schema
 * @param {any} document
 * @param {string} [name]  of the field
 * @param {number} [depth]
 * @returns {fc.Arbitrary<unknown>}
 */
export function fromSchema(schema, document, name = '', depth = 0) {
  const fits = fitsSchema(schema, document, name, depth);
  return depth === 0 ? fits : fc.oneof({ weight: 9, arbitrary: fits }, value);
}

/** @param {any} schema @param {any} document @param {string} name @param {number} depth */
function fitsSchema(schema, document, name, depth) {
  const { type, properties, items, required = [], ...rest } = resolved(schema, document);
  const kind = Array.isArray(type) ? type[0] : type;
  const choices = rest.oneOf ?? rest.anyOf;
  if (depth > 6) return value;
  if (rest.const !== undefined) return fc.constant(rest.const);
  if (rest.enum?.length > 0) return fc.constantFrom(...rest.enum);
  if (choices)
    return fc.oneof(...choices.map((/** @type {any} */ one) => fitsSchema(one, document, name, depth + 1)));
  if (properties) {
    const model = Object.fromEntries(
      Object.entries(properties).map(([key, one]) => [key, fromSchema(one, document, key, depth + 1)]),
    );
    return fc.record(model, { requiredKeys: required.filter((/** @type {string} */ key) => key in model) });
  }
  if (name in fitting && kind !== 'object') return fitting[name];
  if (kind === 'array')
    return fc.array(items ? fromSchema(items, document, name, depth + 1) : value, { maxLength: 3 });
  if (kind === 'object')
    return name in fitting ? fitting[name] : fc.dictionary(fields, value, { maxKeys: 3 });
  if (kind === 'boolean') return fc.boolean();
  const { minimum = 0, maximum = 100_000 } = rest;
  if (kind === 'integer') return fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) });
  if (kind === 'number') return fc.double({ min: minimum, max: maximum, noNaN: true });
  if (kind === 'string') return fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 });
  return value;
}

/** @param {any} schema @param {any} document @returns {any} */
export function resolved(schema, document) {
  if (!schema?.$ref) return schema ?? {};
  const parts = schema.$ref.split('/').slice(1);
  return parts.reduce((/** @type {any} */ at, /** @type {string} */ part) => at?.[part], document) ?? {};
}

/** @param {unknown} it @returns {string} */
function toJson(it) {
  return JSON.stringify(it) ?? '';
}
