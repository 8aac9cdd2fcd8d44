import { isIPv4, isIPv6 } from 'node:net';

/** 4 or 16 bytes. */
type Bytes = readonly number[];
type Block = { bytes: Bytes; prefix: number };

/**
 * IPv4 that is not the public internet: IANA's special-purpose registry, multicast, and Azure's host
 * channel, a metadata service on a public number.
 */
const refusedV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(parseBlock);

/**
 * IPv6 is judged the other way round: only 2000::/3 has ever been given out, so everything outside it is
 * refused by default (::, ::1, v4-compatible, 100::/64, 64:ff9b:1::/48, 5f00::/16, fc00::/7, fe80::/10,
 * fec0::/10, ff00::/8), and inside it what is no host of the internet. 2001::/23 holds Teredo, ORCHID and
 * benchmarking.
 */
const globalV6 = parseBlock('2000::/3');
const refusedV6 = ['2001::/23', '2001:db8::/32', '3fff::/20'].map(parseBlock);

/**
 * IPv6 forms that only wrap an IPv4 address: judged by the address inside. [block, offset of the four bytes]
 */
const wrappers: readonly (readonly [Block, number])[] = [
  [parseBlock('::ffff:0:0/96'), 12],
  [parseBlock('64:ff9b::/96'), 12],
  [parseBlock('2002::/16'), 2],
];

/** Whether this literal address belongs to the public internet. Anything that is no address is not. */
export function isPublicAddress(address: string): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && isPublic(bytes);
}

/** Public addresses, and what the operator allows beyond them. */
export class AddressGuard {
  private readonly allowed: readonly Block[];

  /**
   * Throws on a CIDR that cannot be read: a typing error in a setting must not open or close a network
   * silently.
   */
  constructor(allow: readonly string[]) {
    this.allowed = allow.map(parseBlock);
  }

  permits(address: string): boolean {
    const bytes = parseAddress(address);
    return bytes !== undefined && this.permitsBytes(bytes);
  }

  /**
   * Which of a name's addresses may be called. A foreign name server that mixes public and private addresses
   * is up to something: none. The operator's own hosts file is not: `localhost` usually has two families
   * where only one is allowed.
   */
  usable({
    addresses,
    byOperator,
  }: {
    addresses: readonly string[];
    byOperator: boolean;
  }): readonly string[] {
    const permitted = addresses.filter((address) => this.permits(address));
    return byOperator || permitted.length === addresses.length ? permitted : [];
  }

  private permitsBytes(bytes: Bytes): boolean {
    if (this.allowed.some((block) => contains(block, bytes))) return true;
    const inner = unwrap(bytes);
    return inner === undefined ? isPublic(bytes) : this.permitsBytes(inner);
  }
}

function isPublic(bytes: Bytes): boolean {
  if (bytes.length === 4) return !refusedV4.some((block) => contains(block, bytes));
  const inner = unwrap(bytes);
  if (inner !== undefined) return isPublic(inner);
  return contains(globalV6, bytes) && !refusedV6.some((block) => contains(block, bytes));
}

function unwrap(bytes: Bytes): Bytes | undefined {
  const wrapper = wrappers.find(([block]) => contains(block, bytes));
  return wrapper && bytes.slice(wrapper[1], wrapper[1] + 4);
}

function contains({ bytes: network, prefix }: Block, bytes: Bytes): boolean {
  if (network.length !== bytes.length) return false;
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i += 1) if (network[i] !== bytes[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || (network[whole] ^ bytes[whole]) >> (8 - rest) === 0;
}

/** Whether `cidr` can be allowed: an address or a network. */
export function isNetwork(cidr: string): boolean {
  return findBlock(cidr) !== undefined;
}

function parseBlock(cidr: string): Block {
  const block = findBlock(cidr);
  if (!block) throw new Error(`"${cidr}" is no address or network in CIDR notation`);
  return block;
}

function findBlock(cidr: string): Block | undefined {
  const [address, length, ...more] = cidr.trim().split('/');
  const bytes = parseAddress(address);
  const bits = bytes && bytes.length * 8;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : NaN;
  if (!bytes || !bits || prefix === undefined || !(prefix <= bits) || more.length > 0) {
    return undefined;
  }
  return { bytes, prefix };
}

/** A zone (`fe80::1%eth0`) only exists for link-local addresses and is not an address of the internet. */
function parseAddress(text: string): Bytes | undefined {
  if (isIPv4(text)) return text.split('.').map(Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (!dotted) return parseGroups(text);
  const [a, b, c, d] = dotted[2].split('.').map(Number);
  return parseGroups(`${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`);
}

function parseGroups(text: string): Bytes {
  const [left, right] = text.split('::');
  const head = left ? left.split(':') : [];
  const tail = right ? right.split(':') : [];
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
