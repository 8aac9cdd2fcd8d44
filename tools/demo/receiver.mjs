import { createServer } from 'node:http';
import { Missing } from './report.mjs';

/**
 * @typedef {object} Received
 * @property {string} method
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} body
 * @property {number} atMs      when its first byte was here, by the demo's own clock (performance.now)
 * @property {number} status    what it was answered
 *
 * @typedef {(request: Omit<Received, 'status'>) => number} Answer  the HTTP status to give
 */

const bodyMaxBytes = 1024 * 1024;

/**
 * A local receiver on a free port, with a path per story. It remembers what came, in order.
 * @param {{ deadline: AbortSignal, host?: string }} options  no wait outlives the deadline
 */
export async function openReceiver({ deadline, host = '127.0.0.1' }) {
  /** @type {Map<string, Hook>} */
  const hooks = new Map();
  const server = createServer(async (request, response) => {
    const atMs = performance.now();
    const hook = hooks.get(request.url ?? '');
    const body = await bodyOf(request);
    if (!body) return void response.destroy();
    const { method = '', headers } = request;
    const status = hook ? hook.take({ method, headers, body, atMs }) : 404;
    response.writeHead(status).end();
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => resolve(undefined));
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://${host}:${port}`;
  return {
    url,
    /** @param {string} path @param {Answer} answer */
    hook(path, answer) {
      const hook = new Hook(`${url}${path}`, answer, deadline);
      hooks.set(path, hook);
      return hook;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve(undefined)));
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openReceiver>>} Receiver */

/** One path of the receiver. */
export class Hook {
  /** @type {Received[]} */
  received = [];
  /** @type {Set<() => void>} */
  waiting = new Set();

  /** @param {string} url @param {Answer} answer @param {AbortSignal} deadline */
  constructor(url, answer, deadline) {
    this.url = url;
    this.answer = answer;
    this.deadline = deadline;
  }

  /** @param {Omit<Received, 'status'>} request */
  take(request) {
    const status = this.answer(request);
    this.received.push({ ...request, status });
    for (const look of [...this.waiting]) look();
    return status;
  }

  /** What was posted so far; a HEAD only asks whether somebody is there. */
  get posts() {
    return this.received.filter(({ method }) => method === 'POST');
  }

  /**
   * Waits until something is true of what came.
   * @template T
   * @param {string} what  for the summary, should it not happen
   * @param {number} withinMs
   * @param {(posts: Received[]) => T | undefined} find
   * @returns {Promise<T>}
   */
  until(what, withinMs, find) {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.waiting.delete(look);
        clearTimeout(timer);
        this.deadline.removeEventListener('abort', late);
      };
      const late = () => {
        end();
        reject(new Missing(`${what}: not within ${withinMs / 1000} s (${this.posts.length} requests came)`));
      };
      const look = () => {
        const found = find(this.posts);
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const timer = setTimeout(late, withinMs);
      this.waiting.add(look);
      this.deadline.addEventListener('abort', late);
      if (this.deadline.aborted) late();
      else look();
    });
  }
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Buffer | undefined>} */
async function bodyOf(request) {
  const chunks = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > bodyMaxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}
