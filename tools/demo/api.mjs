import { Missing } from './report.mjs';

/** @typedef {{ status: number, body: any }} Answer */

/**
 * Posthorn's HTTP API as a caller uses it.
 * @param {string} url
 * @param {AbortSignal} deadline
 */
export function apiOf(url, deadline) {
  return {
    url,
    /**
     * @param {string} method
     * @param {string} path
     * @param {{ key: string, body?: unknown, expect?: number }} options
     * @returns {Promise<any>} the answer's body
     */
    async call(method, path, { key, body, expect = 200 }) {
      const answer = await send(`${url}${path}`, { method, key, body, deadline });
      // 202 instead of 201: the change is made, Kafka has not answered yet.
      if (answer.status === expect || (expect === 201 && answer.status === 202)) return answer.body;
      const detail = answer.body?.detail ?? JSON.stringify(answer.body);
      throw new Missing(`${method} ${path} answered ${answer.status} instead of ${expect}: ${detail}`);
    },
  };
}

/** @typedef {ReturnType<typeof apiOf>} Api */

/**
 * @param {string} address
 * @param {{ method: string, key: string, body?: unknown, deadline: AbortSignal }} options
 * @returns {Promise<Answer>}
 */
async function send(address, { method, key, body, deadline }) {
  try {
    const response = await fetch(address, {
      method,
      headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.any([deadline, AbortSignal.timeout(15_000)]),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : parsed(text) };
  } catch (error) {
    throw new Missing(`${method} ${new URL(address).pathname}: ${reasonOf(error)}`);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  const { cause, message } = /** @type {Error & { cause?: Error }} */ (error);
  return cause?.message || message;
}

/**
 * A call as somebody would type it.
 * @param {string} method
 * @param {string} address
 * @param {string} key
 * @param {unknown} body
 */
export function asCurl(method, address, key, body) {
  const json = JSON.stringify(body, null, 2).replaceAll('\n', '\n  ');
  return [
    `  curl -X ${method} ${address} \\`,
    `  -H "X-Api-Key: ${key}" \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '${json}'`,
  ].join('\n');
}
