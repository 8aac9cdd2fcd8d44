import pg from 'pg';
import { KeyRing } from '@posthorn/runtime';
import { NO_KEYS } from './settings.mjs';

/** @typedef {import('./main.mjs').Finding} Finding */

/**
 * @param {import('./settings.mjs').Settings} settings
 * @returns {Promise<Finding[]>}
 */
export async function keyFindings({ api, dispatcher, databaseUrl }) {
  // Another wrong setting must not hide a wrong ring.
  const text = process.env.POSTHORN_SECRET_KEYS || api?.secretKeys || dispatcher?.secretKeys;
  if (!text || text === NO_KEYS)
    return [{ check: 'keys.ring', status: 'unknown', says: 'POSTHORN_SECRET_KEYS is not set, or wrong' }];
  const names = text.split(',').map((part) => part.split(':', 1)[0]?.trim() ?? '');
  try {
    KeyRing.parse(text);
  } catch (error) {
    const says = /** @type {Error} */ (error).message;
    const todo = `make one: node -p '"k2:"+crypto.randomBytes(32).toString("base64")'`;
    return [{ check: 'keys.ring', status: 'fail', says, todo }];
  }
  /** @type {Finding[]} */
  const findings = [
    {
      check: 'keys.ring',
      status: 'ok',
      says: `${names[0]} seals${rest(names)}; back it up apart from the data`,
    },
  ];
  if (databaseUrl) findings.push(await sealedWith(databaseUrl, names));
  return findings;
}

/** @param {string[]} names */
const rest = (names) => (names.length > 1 ? `, ${names.slice(1).join(', ')} only open` : '');

/**
 * Under which keys stored secrets are sealed: one that is not in the ring can no longer be read, and one that
 * seals nothing any more may go.
 * @param {string} url
 * @param {string[]} names
 * @returns {Promise<Finding>}
 */
async function sealedWith(url, names) {
  const check = 'keys.sealed';
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(`SELECT DISTINCT found[1] AS kid FROM subscription_api.subscriptions,
      regexp_matches(state::text, '"(?:sealed:)?v1\\.([A-Za-z0-9_-]{1,32})\\.[A-Za-z0-9_-]{40,}"', 'g') AS found`);
    const used = rows.map(({ kid }) => kid);
    const missing = used.filter((kid) => !names.includes(kid));
    if (missing.length > 0)
      return {
        check,
        status: 'fail',
        says: `secrets are sealed with ${missing.join(', ')}, which the ring lacks: they cannot be read`,
        todo: 'put that key back behind the first one, from the backup of the ring',
      };
    const older = used.filter((kid) => kid !== names[0]);
    if (older.length > 0)
      return {
        check,
        status: 'warn',
        says: `some secrets are still sealed with ${older.join(', ')}`,
        todo: 'npm run secrets:rotate seals them anew; keep the old key for 8 days after it',
      };
    return { check, status: 'ok', says: used.length > 0 ? `all with ${names[0]}` : 'nothing is sealed yet' };
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    if (code === '42P01' || code === '3F000') return { check, status: 'ok', says: 'nothing is stored yet' };
    return { check, status: 'unknown', says: `stored secrets cannot be looked at: ${message || code}` };
  } finally {
    await client.end().catch(() => {});
  }
}
