import { isIP } from 'node:net';
import { type AddressGuard } from './address.js';

/** Where a request goes: one origin, as a connection sees it. */
export type Origin = {
  /** `https://example.org:8443`, in the URL parser's spelling. */
  key: string;
  secure: boolean;
  /** Name or address without brackets and without the root's dot. */
  hostname: string;
  port: number;
  /** Whether the host is an address, so that there is nothing to resolve. */
  literal: boolean;
};

export type Target =
  | { kind: 'target'; origin: Origin; path: string }
  | { kind: 'refused'; reason: RefusedReason; message: string };
type RefusedReason = 'refused-url' | 'refused-address';

export type UrlRules = { allowHttp: boolean; guard: AddressGuard };

const urlMaxChars = 2048;

/**
 * The ports browsers refuse, because what listens there is no web server but may obey text (WHATWG Fetch,
 * "bad port").
 */
const badPorts = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * Reads a URL once. The parser repairs a lot (`https:example.org`, backslashes, tabs inside, `0x7f.1`); what
 * would be repaired before the host is refused, because a person who checks the saved text would see another
 * host than we call. Spellings of an address are brought to the usual form by the parser and then judged.
 */
export function parseTarget(text: string, { allowHttp, guard }: UrlRules): Target {
  if (text.length > urlMaxChars) return refusedUrl(`the URL is longer than ${urlMaxChars} characters`);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text))
    return refusedUrl('the URL contains a space, control character or backslash');
  if (!/^https?:\/\/[^/]/i.test(text)) {
    const hasScheme = /^https?:\/\//i.test(text);
    return refusedUrl(hasScheme ? 'the URL has no host' : 'the URL must begin with https://');
  }
  const url = URL.parse(text);
  if (url === null) return refusedUrl('the URL cannot be read');
  if (url.protocol === 'http:' && !allowHttp) return refusedUrl('plain http is not allowed, only https');
  if (url.username !== '' || url.password !== '' || hasUserinfo(text)) {
    return refusedUrl('the URL must not contain a user name or password');
  }
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (badPorts.has(port)) return refusedUrl(`port ${port} is not used for HTTP`);

  const hostname = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const literal = isIP(hostname) !== 0;
  if (literal && !guard.permits(hostname)) return refusedAddress();
  if (!literal && !isName(hostname)) return refusedUrl('the host is not a valid name');
  return {
    kind: 'target',
    origin: { key: `${url.protocol}//${url.host}`, secure, hostname, port, literal },
    path: url.pathname + url.search,
  };
}

/** The parser drops an empty userinfo (`https://@host`); it is refused all the same. */
function hasUserinfo(text: string): boolean {
  const [authority] = text.slice(text.indexOf('//') + 2).split(/[/?#]/, 1);
  return authority.includes('@');
}

function isName(hostname: string): boolean {
  return hostname.length <= 253 && hostname.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

function refusedUrl(message: string): Target {
  return { kind: 'refused', reason: 'refused-url', message };
}

function refusedAddress(): Target {
  return { kind: 'refused', reason: 'refused-address', message: 'the address is not a public one' };
}
