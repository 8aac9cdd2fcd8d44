import { connect } from 'node:net';
import fc from 'fast-check';
import { Kafka, logLevel } from 'kafkajs';

const hangMs = 15_000;
const inFlight = 8;

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...[
      '',
      '\0',
      '../../etc/passwd',
      "' OR 1=1 --",
      '${7*7}',
      '{{7*7}}',
      '%00',
      '%',
      '%c0%af',
      '\ud800',
      '‮',
    ],
    ...['__proto__', 'constructor', '<script>', 'x'.repeat(5_000), '1e309', '-0', 'null', 'true', '[]', '{}'],
    ...['https://127.0.0.1/', 'sub_aaaa', 'fuzz-tenant', 'order.created', '2026-01-01T00:00:00Z'],
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
  ...[
    'type',
    'entity',
    'timestamp',
    'tenantId',
    'examples',
    'overlapS',
    'kind',
    'startFrom',
    'events',
    'status',
  ],
);
const deep = fc.integer({ min: 1, max: 5_000 }).map((n) => '['.repeat(n) + ']'.repeat(n));
const body = fc.oneof(
  { weight: 6, arbitrary: fc.dictionary(fields, value, { maxKeys: 6 }).map((it) => JSON.stringify(it)) },
  fc.array(fc.dictionary(fields, value), { maxLength: 4 }).map((it) => JSON.stringify(it)),
  deep,
  fc.constant('{"a":'.repeat(3_000)),
  fc.constantFrom('', '{', 'null', '"', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}'),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.constant('x'.repeat(6 * 1024 * 1024)),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'idempotency-key',
    'if-match',
    'x-request-id',
    'traceparent',
    'content-encoding',
    'cookie',
    'ce-id',
  ),
  fc
    .string({ unit: 'grapheme-ascii', maxLength: 60 })
    .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim()),
  { maxKeys: 3 },
);
const mediaType = fc.constantFrom(
  ...['application/json', 'application/json', 'application/json', 'application/cloudevents+json'],
  ...['application/cloudevents-batch+json', 'text/plain', 'application/x-www-form-urlencoded', '%'],
);
const raw = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(
    'GET / HTTP/9.9\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n',
    'POST /v1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'GET /\0 HTTP/1.1\r\nhost: a\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`,
  ),
);

/** @typedef {{ url: string, adminKey: string, brokers: string, prefix: string }} Target */

/** @param {Target} target @param {{ requests: number, seed: number }} options */
export async function fuzz(target, { requests, seed }) {
  const run = new Fuzz(target);
  const { paths } = await (await fetch(`${target.url}/docs-json`)).json();
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path })),
  );
  await run.setUp();
  const jobs = fc.sample(
    fc.oneof(
      { weight: 19, arbitrary: requestTo(routes).map((one) => () => run.request(one)) },
      raw.map((bytes) => () => run.bytesAt(bytes)),
    ),
    { numRuns: requests, seed },
  );
  const work = async () => {
    for (let job = jobs.pop(); job; job = jobs.pop()) {
      run.counts.requests++;
      await job();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const numRuns = Math.max(20, Math.min(500, Math.floor(requests / 20)));
  const records = fc.sample(fc.oneof(body, raw), { numRuns, seed }).map((bytes) => Buffer.from(bytes));
  await run.broken(records.filter(({ length }) => length < 500_000));
  await run.checkAlive();
  return { ...run.counts, wrong: run.wrong };
}

/** @param {{ method: string, path: string }[]} routes */
const requestTo = (routes) =>
  fc.record({
    route: fc.constantFrom(...routes),
    tenant: fc.oneof({ weight: 3, arbitrary: fc.constant('fuzz-tenant') }, hostile),
    part: hostile,
    query: fc.dictionary(fc.constantFrom('limit', 'cursor', 'at', 'status', 'type', 'eventId'), hostile, {
      maxKeys: 2,
    }),
    body,
    headers,
    mediaType,
    anonymous: fc.boolean(),
  });

class Fuzz {
  counts = { requests: 0, serverErrors: 0, hangs: 0, unhandled: 0, rejectedRecords: 0 };
  /** @type {string[]} */
  wrong = [];
  rejectedBefore = 0;

  /** @param {Target} target */
  constructor(target) {
    this.target = target;
    this.kafka = new Kafka({ brokers: target.brokers.split(','), logLevel: logLevel.NOTHING });
  }

  async setUp() {
    await fetch(`${this.target.url}/v1/tenants`, {
      method: 'POST',
      headers: { 'x-api-key': this.target.adminKey, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'fuzz-tenant', profile: 'standard' }),
    });
    this.rejectedBefore = await this.rejected();
  }

  /** @param {any} one */
  async request({ route, tenant, part, query, body: sent, headers: more, mediaType: type, anonymous }) {
    const { url, adminKey } = this.target;
    const { method } = route;
    const fill = (/** @type {string} */ text) => encodeURIComponent(text.toWellFormed());
    const path = route.path.replace('{tenantId}', fill(tenant)).replaceAll(/\{\w+\}/g, () => fill(part));
    const asked = new URL(url + path);
    for (const name in query) asked.searchParams.set(name, query[name]);
    const hasBody = method !== 'GET' && method !== 'DELETE';
    const send = { ...more, 'content-type': type, ...(anonymous ? {} : { 'x-api-key': adminKey }) };
    try {
      const answer = await fetch(asked, {
        method,
        headers: send,
        body: hasBody ? sent : undefined,
        redirect: 'manual',
        signal: AbortSignal.timeout(hangMs),
      });
      const text = await answer.text();
      const isDocumented = answer.status === 503 && text.includes('"code":"unavailable"');
      if (answer.status < 500 || isDocumented) return;
      this.counts.serverErrors++;
      const shown = `${String(sent).slice(0, 300)} ${text.slice(0, 200)}`;
      this.wrong.push(`${answer.status} ${method} ${asked.pathname}${asked.search} ${shown}`);
    } catch (error) {
      // Anything else was refused before an answer: a header that cannot be sent, a connection closed early.
      if (/** @type {Error} */ (error).name !== 'TimeoutError') return;
      this.counts.hangs++;
      this.wrong.push(`no answer: ${method} ${asked.pathname}`);
    }
  }

  /** Bytes at the parser: an answer or a closed connection. @param {string | Buffer} bytes */
  bytesAt(bytes) {
    const { hostname, port } = new URL(this.target.url);
    return new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
      const socket = connect(Number(port), hostname, () => socket.end(bytes));
      socket.setTimeout(hangMs, () => {
        this.counts.hangs++;
        this.wrong.push(`the connection stays open: ${JSON.stringify(String(bytes).slice(0, 100))}`);
        socket.destroy();
      });
      socket.on('data', (chunk) => {
        if (!/^HTTP\/1\.1 5(?!03)/.test(String(chunk))) return;
        this.counts.serverErrors++;
        this.wrong.push(`${String(chunk).slice(0, 80)} to raw bytes`);
      });
      socket.on('error', () => undefined).on('close', () => resolve());
    });
  }

  /** All of them end in `rejected`. @param {Buffer[]} values */
  async broken(values) {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const topic = `${this.target.prefix}inbox.v1`;
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      this.counts.rejectedRecords = (await this.rejected()) - this.rejectedBefore;
      if (this.counts.rejectedRecords >= values.length) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.wrong.push(`${values.length} broken records, ${this.counts.rejectedRecords} in rejected`);
  }

  async checkAlive() {
    const answer = await fetch(`${this.target.url}/health/live`).catch(() => undefined);
    if (answer?.ok) return;
    this.counts.unhandled++;
    this.wrong.push('the process did not survive');
  }

  async rejected() {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(`${this.target.prefix}rejected.v1`).catch(() => []);
    await admin.disconnect();
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }
}
