// `npm run secrets:rotate`: after a new key was put in front of the key ring (POSTHORN_SECRET_KEYS) and the
// services were started with it, seals everything again that an older key sealed. `-- --new-key` puts a new
// key in front of this checkout's own ring; start Posthorn again then, and run this without it. `-- --all`
// gives every subscription a new snapshot, for a Kafka that has none: a new cluster, or other topics.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readText, writeWhole } from './lib/files.mjs';
import { installationKeys } from './lib/keys.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { PORTS } from './lib/product.mjs';
import { UserError } from './lib/require.mjs';
import { otherUsers } from './lib/users.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: { 'new-key': { type: 'boolean' }, url: { type: 'string' }, all: { type: 'boolean' } },
  });
  const { stateDir } = layout();
  return values['new-key'] ? addKey(stateDir) : rotate(stateDir, values);
});

/** @param {string} stateDir */
function addKey(stateDir) {
  const file = join(stateDir, 'keys', 'secret-keys');
  const ring = readText(file);
  if (!ring) throw new UserError('There is no key ring here yet; npm start makes one.');
  const name = `k${Date.now().toString(36)}`;
  writeWhole(file, `${name}:${randomBytes(32).toString('base64')},${ring.trim()}\n`, 0o600);
  console.log(`The key ${name} seals from the next start on. Then run: npm run secrets:rotate`);
  return 0;
}

/** @param {string} stateDir @param {{ url?: string, all?: boolean }} options */
async function rotate(stateDir, { url: given, all = false }) {
  const running = otherUsers(stateDir).find(({ app }) => app === 'standalone' || app === 'subscription-api');
  const url = given ?? `http://127.0.0.1:${running?.port ?? PORTS.standalone}`;
  const key = process.env.POSTHORN_ADMIN_KEY || installationKeys(stateDir).adminKey;
  const answer = await fetch(`${url}/v1/secrets/reseal`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ all }),
  }).catch((error) => {
    throw new UserError(`No Posthorn answers at ${url} (${error.cause?.code ?? error.message}); see --url.`);
  });
  const body = await answer.json();
  if (!answer.ok) throw new UserError(`${url} answered ${answer.status}: ${body.detail}`);
  console.log(`Sealed again: ${body.subscriptions} subscriptions, ${body.events} events of their past.`);
  return 0;
}
