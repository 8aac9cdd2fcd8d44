import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { defaultEgressSettings, EgressClient } from '@posthorn/egress';

/** @typedef {import('./main.mjs').Finding} Finding */

const PROBE_TIMEOUT_MS = 10_000;
const SLOW_DNS_MS = 200;
/** No subdomain of it ever exists (RFC 6761); "no such name" is an answer. */
const NO_NAME = 'posthorn-doctor.invalid';

/**
 * @param {import('./settings.mjs').Settings} settings
 * @param {string | undefined} probe  a receiver to call
 * @returns {Promise<Finding[]>}
 */
export async function egressFindings({ dispatcher, common, databaseUrl }, probe) {
  const brokers = (common?.kafkaBrokers ?? []).map((broker) => broker.slice(0, broker.lastIndexOf(':')));
  const database = databaseUrl && URL.canParse(databaseUrl) ? [new URL(databaseUrl).hostname] : [];
  return [
    await dns([...brokers, ...database], dispatcher?.egressDns ?? []),
    ...rules(dispatcher),
    await called(dispatcher, probe),
  ];
}

/**
 * Receivers are looked up by c-ares, which asks the servers of resolv.conf itself: it has to get answers.
 * @param {string[]} hosts
 * @param {string[]} servers  of POSTHORN_EGRESS_DNS; none: those of the system
 * @returns {Promise<Finding>}
 */
async function dns(hosts, servers) {
  const check = 'dns';
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  const names = hosts.map((host) => host.replace(/^\[|\]$/g, '')).filter((host) => !isIP(host));
  const asked = [...new Set(names.filter((name) => name.includes('.'))), NO_NAME].slice(0, 5);
  const began = performance.now();
  for (const name of asked) {
    try {
      await resolver.resolve4(name);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'ENOTFOUND' || code === 'ENODATA') continue;
      return {
        check,
        status: 'fail',
        says: `${resolver.getServers().join(', ')} gave no answer for ${name} (${code})`,
        todo: 'the dispatcher must reach a DNS server (UDP and TCP 53); see /etc/resolv.conf, or set POSTHORN_EGRESS_DNS',
      };
    }
  }
  const each = Math.round((performance.now() - began) / asked.length);
  const says = `${resolver.getServers().join(', ')} answers in ${each} ms`;
  if (each <= SLOW_DNS_MS) return { check, status: 'ok', says };
  return { check, status: 'warn', says, todo: 'a resolver nearby: every new connection waits for it' };
}

/** @param {import('./settings.mjs').Settings['dispatcher']} dispatcher @returns {Finding[]} */
function rules(dispatcher) {
  const check = 'egress.rules';
  if (!dispatcher) return [{ check, status: 'unknown', says: 'the dispatcher’s settings are wrong' }];
  const open = [
    ...(dispatcher.egressHttp ? ['plain http (POSTHORN_EGRESS_HTTP)'] : []),
    ...(dispatcher.egressAllow.length > 0
      ? [`${dispatcher.egressAllow.join(', ')} (POSTHORN_EGRESS_ALLOW)`]
      : []),
  ];
  if (open.length === 0) return [{ check, status: 'ok', says: 'https and public addresses only' }];
  return [
    {
      check,
      status: 'warn',
      says: `receivers may use ${open.join(' and ')}: a tenant can make Posthorn call your own network`,
      todo: 'set both to off where tenants register webhooks themselves',
    },
  ];
}

/**
 * As the dispatcher calls: same rules, same resolver, same authorities.
 * @param {import('./settings.mjs').Settings['dispatcher']} dispatcher
 * @param {string | undefined} url
 * @returns {Promise<Finding>}
 */
async function called(dispatcher, url) {
  const check = 'egress.call';
  if (!dispatcher) return { check, status: 'unknown', says: 'the dispatcher’s settings are wrong' };
  if (!url)
    return { check, status: 'unknown', says: 'no receiver named; --probe https://… calls one (HEAD)' };
  const client = new EgressClient({
    ...defaultEgressSettings,
    allow: dispatcher.egressAllow,
    allowHttp: dispatcher.egressHttp,
    ...(dispatcher.egressDns.length > 0
      ? { dns: { ...defaultEgressSettings.dns, servers: dispatcher.egressDns } }
      : {}),
    ...(dispatcher.egressProxy ? { proxyUrl: dispatcher.egressProxy } : {}),
  });
  const request = { method: /** @type {const} */ ('HEAD'), url, headers: [], body: null };
  /** @type {import('@posthorn/egress').EgressResult} */
  const result = await new Promise((resolve) =>
    client.send({ ...request, timeoutMs: PROBE_TIMEOUT_MS }, resolve),
  );
  await client.close(0);
  const took = `${Math.round(result.timings.durationMs)} ms`;
  if (result.kind === 'response')
    return {
      check,
      status: 'ok',
      says: `${url} answered ${result.status} from ${result.remoteAddress} in ${took}`,
    };
  return {
    check,
    status: 'fail',
    says: `${url}: ${result.reason}: ${result.message} (${took})`,
    todo: todos[result.reason] ?? 'look at the receiver',
  };
}

/** @type {Record<string, string>} */
const todos = {
  dns: 'the name does not resolve here',
  connect: 'a firewall or network policy may hold it back: the dispatcher must get out on 443',
  timeout: 'a firewall or network policy may hold it back: the dispatcher must get out on 443',
  tls: 'an authority of your own is believed with NODE_EXTRA_CA_CERTS',
  'refused-address': 'private addresses are refused; POSTHORN_EGRESS_ALLOW allows networks',
  'refused-url': 'receivers are https; POSTHORN_EGRESS_HTTP allows http',
};
