import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { Kafka, logLevel } from 'kafkajs';
import { requestsOf } from './fuzz-requests.mjs';
import { openFuzzTenant } from './fuzz-tenant.mjs';
import { anyBody, raw } from './fuzz-values.mjs';

/** Below what a topic takes at once. */
const BATCH_BYTES = 256 * 1024;
const hangMs = 15_000;
const inFlight = 8;
/** Deletions and orders among them leave little to find. */
const requestsPerTenant = 500;
const brokenMaxBytes = 500_000;

/** @typedef {{ url: string, adminKey: string, brokers: string, prefix: string }} Target */

/** Refuses every third delivery, so that there are waiting ones as well. */
async function openReceiver() {
  let received = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(++received % 3 === 0 ? 500 : 200).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { hook: `http://127.0.0.1:${port}/hook`, close: () => server.close().closeAllConnections() };
}

/**
 * Hostile requests to a Posthorn, made from its OpenAPI document, and broken records on its `inbox`.
 * @param {Target} target
 * @param {{ requests: number, seed: number }} options
 */
export async function fuzz(target, options) {
  const receiver = await openReceiver();
  try {
    const run = new Fuzz(target, receiver.hook);
    await tryAll(run, options);
    return { ...run.counts, wrong: run.wrong };
  } finally {
    receiver.close();
  }
}

/** @param {Fuzz} run @param {{ requests: number, seed: number }} options */
async function tryAll(run, { requests, seed }) {
  const document = await (await fetch(`${run.target.url}/docs-json`)).json();
  const job = fc.oneof(
    { weight: 19, arbitrary: requestsOf(document).map((one) => () => run.request(one)) },
    raw.map((bytes) => () => run.bytesAt(bytes)),
  );
  const rejectedBefore = await run.rejected();
  for (let done = 0; done < requests; done += requestsPerTenant) {
    await run.openTenant();
    const numRuns = Math.min(requestsPerTenant, requests - done);
    const jobs = fc.sample(job, { numRuns, seed: seed + done });
    const work = async () => {
      for (let next = jobs.pop(); next; next = jobs.pop()) {
        run.counts.requests++;
        await next();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
  }
  const numRuns = Math.max(20, Math.min(500, Math.floor(requests / 20)));
  const records = fc.sample(fc.oneof(anyBody, raw), { numRuns, seed }).map((bytes) => Buffer.from(bytes));
  const broken = records.filter(({ length }) => length < brokenMaxBytes);
  await run.broken(broken, rejectedBefore);
  await run.checkAlive();
}

class Fuzz {
  counts = { requests: 0, serverErrors: 0, hangs: 0, unhandled: 0, rejectedRecords: 0 };
  /** @type {string[]} */
  wrong = [];
  /** @type {Record<string, string>} */
  places = {};

  /** @param {Target} target @param {string} hook */
  constructor(target, hook) {
    this.target = target;
    this.hook = hook;
    this.kafka = new Kafka({ brokers: target.brokers.split(','), logLevel: logLevel.NOTHING });
  }

  async openTenant() {
    this.places = await openFuzzTenant(this.target, this.hook);
  }

  /** @param {import('./fuzz-requests.mjs').Wanted} wanted */
  async request({ method, path, parts, query, body, headers, mediaType, anonymous }) {
    const { url, adminKey } = this.target;
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, /** @type {string} */ name) =>
      encodeURIComponent((parts[name] ?? this.places[name] ?? 'unknown').toWellFormed()),
    );
    // Brutlers' own API asks whose key it is: an operator's is nobody's there.
    const key = path.startsWith('/api/') ? this.places['vendorKey'] : adminKey;
    const asked = new URL(url + filled);
    for (const name in query) asked.searchParams.set(name, query[name]);
    const send = { ...headers, 'content-type': mediaType, ...(anonymous ? {} : { 'x-api-key': key }) };
    const hasBody = method !== 'GET' && method !== 'DELETE';
    try {
      const answer = await fetch(asked, {
        method,
        headers: send,
        body: hasBody ? body : undefined,
        redirect: 'manual',
        signal: AbortSignal.timeout(hangMs),
      });
      const { status } = answer;
      const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
      const text = isStream ? '' : await answer.text();
      if (isStream) await answer.body?.cancel();
      const isDocumented = status === 503 && text.includes('"code":"unavailable"');
      if (status < 500 || isDocumented) return;
      this.counts.serverErrors++;
      const shown = `${String(body).slice(0, 300)} ${text.slice(0, 200)}`;
      this.wrong.push(`${status} ${method} ${asked.pathname}${asked.search} ${shown}`);
    } catch (error) {
      // Anything else was refused before an answer: a header that cannot be sent, a connection closed early.
      if (/** @type {Error} */ (error).name !== 'TimeoutError') return;
      this.counts.hangs++;
      this.wrong.push(`no answer: ${method} ${asked.pathname}${asked.search} ${String(body).slice(0, 300)}`);
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

  /** All of them end in `rejected`. @param {Buffer[]} values @param {number} before */
  async broken(values, before) {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const topic = `${this.target.prefix}inbox.v1`;
    for (const some of batchesOf(values)) {
      await producer.send({ topic, messages: some.map((value) => ({ value })) });
    }
    await producer.disconnect();
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      this.counts.rejectedRecords = (await this.rejected()) - before;
      if (this.counts.rejectedRecords >= values.length) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    this.wrong.push(`${values.length} broken records, ${this.counts.rejectedRecords} in rejected`);
  }

  /** It lives, is ready, and does what it is for. An error that nobody caught ends the process. */
  async checkAlive() {
    const { url } = this.target;
    const live = await fetch(`${url}/health/live`).catch(() => undefined);
    if (!live?.ok) {
      this.counts.unhandled++;
      this.wrong.push('the process did not survive');
      return;
    }
    const ready = await fetch(`${url}/health/ready`);
    if (!ready.ok) this.wrong.push(`not ready afterwards: ${(await ready.text()).slice(0, 300)}`);
    await this.openTenant().catch((error) => this.wrong.push(`unusable afterwards: ${error.message}`));
  }

  async rejected() {
    const admin = this.kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(`${this.target.prefix}rejected.v1`).catch(() => []);
    await admin.disconnect();
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  }
}

/** The broker counts a whole batch of a partition. @param {Buffer[]} values */
function batchesOf(values) {
  /** @type {Buffer[][]} */
  const batches = [];
  let bytes = Infinity;
  for (const value of values) {
    bytes += value.length + 100;
    if (bytes > BATCH_BYTES) {
      batches.push([]);
      bytes = value.length + 100;
    }
    batches.at(-1)?.push(value);
  }
  return batches;
}
