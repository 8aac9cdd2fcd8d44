import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readText, writeWhole } from './files.mjs';

const EMAIL = 'admin@posthorn.local';
const TIMEOUT_MS = 10_000;

/**
 * The first person who can log in to the management UI: made once per installation, with a password that is
 * kept beside the other keys. Undefined where somebody has changed the password or removed the user: then
 * those who run the installation know better.
 * @param {{ url: string, adminKey: string, stateDir: string }} options
 * @returns {Promise<{ email: string, password: string } | undefined>}
 */
export async function portalLogin({ url, adminKey, stateDir }) {
  const file = join(stateDir, 'keys', 'portal-password');
  const known = readText(file);
  const password = known ?? randomBytes(12).toString('base64url');
  try {
    if (!known) {
      const body = { email: EMAIL, name: 'Administrator', password };
      const made = await post(`${url}/v1/users`, body, { 'x-api-key': adminKey });
      if (made.status > 202) return undefined;
      writeWhole(file, `${password}\n`, 0o600);
      return { email: EMAIL, password };
    }
    const { status } = await post(`${url}/v1/session`, { email: EMAIL, password });
    return status === 200 ? { email: EMAIL, password } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} url @param {object} body @param {Record<string, string>} [headers] */
function post(url, body, headers = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
