// Live deliveries of a tenant, one line each: `npm run tail -- <tenant> [subscription]`. Goes on where it was
// when the connection breaks; Ctrl-C ends it.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { endedBy } from './lib/ending.mjs';
import { installationKeys } from './lib/keys.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { PORTS } from './lib/product.mjs';
import { UserError } from './lib/require.mjs';
import { otherUsers } from './lib/users.mjs';

const usage = 'npm run tail -- <tenant> [subscription] [--url http://127.0.0.1:8400] [--key …] [--json]';

await main(tail);

async function tail() {
  const { path, key, json } = wish();
  const ending = new AbortController();
  const watch = setInterval(() => endedBy() && ending.abort(), 100);
  let lastEventId = '';
  while (!endedBy()) {
    const headers = { 'x-api-key': key, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
    const response = await fetch(path, { headers, signal: ending.signal }).catch(() => undefined);
    if (response?.ok && response.body) {
      try {
        for await (const { id, event, data } of eventsOf(response.body)) {
          if (event === 'delivery') console.log(json ? data : lineOf(JSON.parse(data)));
          lastEventId = id ?? lastEventId;
        }
      } catch {
        // Broken off: it goes on behind the last one.
      }
    } else if (response && response.status < 500 && response.status !== 429) {
      clearInterval(watch);
      const { detail } = /** @type {{ detail?: string }} */ (await response.json().catch(() => ({})));
      throw new UserError(detail ?? `the answer was ${response.status}`);
    }
    await delay(1_000, undefined, { signal: ending.signal }).catch(() => undefined);
  }
  clearInterval(watch);
  return 0;
}

function wish() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, key: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [tenant, subscription] = positionals;
  if (!tenant) throw new UserError(usage);
  const { stateDir } = layout();
  const running = otherUsers(stateDir).find(({ app }) => app === 'standalone' || app === 'delivery-log');
  const url = values.url ?? `http://127.0.0.1:${running?.port ?? PORTS.standalone}`;
  const query = subscription ? `?subscriptionId=${encodeURIComponent(subscription)}` : '';
  return {
    path: `${url.replace(/\/$/, '')}/v1/tenants/${encodeURIComponent(tenant)}/stream${query}`,
    key: values.key ?? process.env.POSTHORN_KEY ?? installationKeys(stateDir).adminKey,
    json: values.json ?? false,
  };
}

/** @param {ReadableStream<Uint8Array>} body */
async function* eventsOf(body) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      /** @type {Record<string, string>} */
      const fields = {};
      for (const line of block.split('\n')) {
        const at = line.indexOf(': ');
        if (at > 0) fields[line.slice(0, at)] = line.slice(at + 2);
      }
      if (fields.data) yield { id: fields.id, event: fields.event, data: fields.data };
    }
  }
}

/** @param {Record<string, string | number | null>} delivery */
function lineOf({
  finishedAt,
  firstAttemptAt,
  status,
  eventType,
  attemptCount,
  lastStatus,
  lastError,
  ...ids
}) {
  const at = String(finishedAt ?? firstAttemptAt ?? '').slice(11, 23);
  const answer = String(lastStatus ?? lastError ?? '');
  const words = [at, String(status).padEnd(9), answer.padEnd(8), `#${attemptCount}`, printable(eventType)];
  return [...words, ids.subscriptionId, ids.id, printable(ids.reason ?? '')].join('  ').trimEnd();
}

/** Names are written by others: nothing of them reaches a terminal as a command. */
function printable(/** @type {unknown} */ text) {
  return String(text).replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');
}
