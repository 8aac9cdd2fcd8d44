import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/**
 * Nobody is asked for a key here, so nobody but this machine may come: from a loopback address, under a name
 * of this machine (another site's name that points to 127.0.0.1 is none), and not from a page of another
 * site.
 */
export function isLocal({ ip, headers }: { ip: string; headers: IncomingHttpHeaders }): boolean {
  if (!isLoopback(ip) || !isLocalName(nameOf(headers.host))) return false;
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}` && origin !== `https://${headers.host}`)
    return false;
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

function isLoopback(ip: string): boolean {
  if (isIPv4(ip)) return loopback.check(ip, 'ipv4');
  return isIPv6(ip) && loopback.check(ip, 'ipv6');
}

function nameOf(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}

function isLocalName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIPv4(name) && isLoopback(name));
}
