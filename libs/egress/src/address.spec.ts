import { AddressGuard, isPublicAddress } from './address.js';
import { parseTarget } from './target.js';

const refused = [
  // IPv4
  ['unspecified', '0.0.0.0'],
  ['this network', '0.255.255.255'],
  ['private 10/8', '10.0.0.1'],
  ['private 10/8, end', '10.255.255.255'],
  ['CGNAT', '100.64.0.1'],
  ['CGNAT, end', '100.127.255.255'],
  ['Alibaba metadata', '100.100.100.200'],
  ['loopback', '127.0.0.1'],
  ['loopback, end', '127.255.255.254'],
  ['Azure host channel', '168.63.129.16'],
  ['link-local', '169.254.0.1'],
  ['metadata', '169.254.169.254'],
  ['ECS metadata', '169.254.170.2'],
  ['private 172.16/12', '172.16.0.1'],
  ['private 172.16/12, end', '172.31.255.255'],
  ['IETF protocol assignments', '192.0.0.1'],
  ['Oracle metadata', '192.0.0.192'],
  ['TEST-NET-1', '192.0.2.1'],
  ['6to4 relay', '192.88.99.1'],
  ['private 192.168/16', '192.168.0.1'],
  ['private 192.168/16, end', '192.168.255.255'],
  ['benchmarking', '198.18.0.1'],
  ['benchmarking, end', '198.19.255.255'],
  ['TEST-NET-2', '198.51.100.1'],
  ['TEST-NET-3', '203.0.113.1'],
  ['multicast', '224.0.0.1'],
  ['multicast, end', '239.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  // IPv6
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['loopback, written out', '0:0:0:0:0:0:0:1'],
  ['v4-compatible', '::8.8.8.8'],
  ['v4-mapped loopback', '::ffff:127.0.0.1'],
  ['v4-mapped loopback, hex', '::ffff:7f00:1'],
  ['v4-mapped private', '::ffff:10.0.0.1'],
  ['v4-mapped metadata', '::FFFF:A9FE:A9FE'],
  ['v4-mapped, written out', '0:0:0:0:0:ffff:c0a8:1'],
  ['v4-translated (SIIT)', '::ffff:0:127.0.0.1'],
  ['NAT64 of loopback', '64:ff9b::127.0.0.1'],
  ['NAT64 of private', '64:ff9b::a00:1'],
  ['NAT64 of metadata', '64:ff9b::169.254.169.254'],
  ['NAT64, local prefix', '64:ff9b:1::1'],
  ['discard-only', '100::1'],
  ['Teredo', '2001::1'],
  ['Teredo, end', '2001:0:ffff::1'],
  ['benchmarking', '2001:2::1'],
  ['ORCHID', '2001:10::1'],
  ['ORCHIDv2', '2001:20::1'],
  ['documentation', '2001:db8::1'],
  ['6to4 of loopback', '2002:7f00:1::'],
  ['6to4 of private', '2002:c0a8:101::1'],
  ['6to4 of metadata', '2002:a9fe:a9fe::'],
  ['documentation, new', '3fff::1'],
  ['never given out', '4000::1'],
  ['segment routing', '5f00::1'],
  ['ULA', 'fc00::1'],
  ['ULA', 'fdff:ffff::1'],
  ['EC2 metadata', 'fd00:ec2::254'],
  ['link-local', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['public with a zone', '2606:4700::1%eth0'],
  ['link-local, end', 'febf::1'],
  ['site-local', 'fec0::1'],
  ['multicast', 'ff02::1'],
  // no address at all
  ['a name', 'localhost'],
  ['nothing', ''],
  ['too short', '10.1'],
  ['octal', '0177.0.0.1'],
  ['with a port', '8.8.8.8:53'],
  ['in brackets', '[2606:4700::1]'],
];

const open = [
  ['a resolver', '8.8.8.8'],
  ['before loopback', '126.255.255.255'],
  ['after loopback', '128.0.0.0'],
  ['before CGNAT', '100.63.255.255'],
  ['after CGNAT', '100.128.0.0'],
  ['before 172.16/12', '172.15.255.255'],
  ['after 172.16/12', '172.32.0.0'],
  ['after TEST-NET-1', '192.0.3.0'],
  ['before 192.168/16', '192.167.255.255'],
  ['before benchmarking', '198.17.255.255'],
  ['after benchmarking', '198.20.0.0'],
  ['before multicast', '223.255.255.255'],
  ['beside Azure', '168.63.129.17'],
  ['IPv6', '2606:4700:4700::1111'],
  ['IPv6 in capitals', '2A00:1450:4001::200E'],
  ['behind documentation', '2001:db9::1'],
  ['behind 2001::/23', '2001:200::1'],
  ['v4-mapped public', '::ffff:8.8.8.8'],
  ['NAT64 of public', '64:ff9b::8.8.8.8'],
  ['6to4 of public', '2002:808:808::1'],
];

describe('isPublicAddress', () => {
  it.each(refused)('refuses %s: %s', (_name, address) => expect(isPublicAddress(address)).toBe(false));
  it.each(open)('takes %s: %s', (_name, address) => expect(isPublicAddress(address)).toBe(true));
});

describe('AddressGuard', () => {
  it.each([
    ['a network', ['10.0.0.0/8'], '10.1.2.3', true],
    ['beside the network', ['10.0.0.0/8'], '11.1.2.3', true],
    ['another private network', ['10.0.0.0/8'], '192.168.0.1', false],
    ['a prefix inside a byte', ['172.20.0.0/14'], '172.23.255.255', true],
    ['behind a prefix inside a byte', ['172.20.0.0/14'], '172.24.0.0', false],
    ['one address', ['169.254.169.254'], '169.254.169.254', true],
    ['beside one address', ['169.254.169.254/32'], '169.254.169.253', false],
    ['everything', ['0.0.0.0/0'], '127.0.0.1', true],
    ['the mapped form of an allowed address', ['127.0.0.0/8'], '::ffff:127.0.0.1', true],
    ['the mapped form of another one', ['127.0.0.0/8'], '::ffff:10.0.0.1', false],
    ['the NAT64 form of an allowed address', ['10.0.0.0/8'], '64:ff9b::a00:1', true],
    ['IPv6', ['::1/128'], '::1', true],
    ['IPv6 is not IPv4', ['0.0.0.0/0'], '::1', false],
    ['a network of IPv6', ['fd00:1::/32'], 'fd00:1:2::3', true],
    ['beside it', ['fd00:1::/32'], 'fd00:2::1', false],
  ])('%s', (_name, allow, address, permitted) => {
    expect(new AddressGuard(allow).permits(address)).toBe(permitted);
  });

  it.each(['10.0.0.0/33', '::/129', '10.0.0/8', 'localhost', '', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1'])(
    'does not take %p for a network',
    (cidr) => expect(() => new AddressGuard([cidr])).toThrow('CIDR'),
  );

  it('judges a foreign answer as a whole, and of the hosts file takes what is allowed', () => {
    const guard = new AddressGuard(['127.0.0.0/8']);
    const addresses = ['127.0.0.1', '::1'];
    expect(guard.usable({ addresses, byOperator: false })).toEqual([]);
    expect(guard.usable({ addresses, byOperator: true })).toEqual(['127.0.0.1']);
  });
});

describe('parseTarget', () => {
  const strict = { allowHttp: false, guard: new AddressGuard([]) };

  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://0x7F000001/',
    'https://127.0.0.1./',
    'https://１２７.0.0.1/',
    'https://127。0。0。1/',
    'https://%31%32%37.0.0.1/',
    'https://0/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[0:0:0:0:0:ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://0xa9fea9fe/',
    'https://2852039166/',
  ])('refuses the address in %s', (url) => {
    expect(parseTarget(url, strict)).toMatchObject({ kind: 'refused', reason: 'refused-address' });
  });

  it.each([
    ['plain http', 'http://example.org/'],
    ['another scheme', 'ftp://example.org/'],
    ['a file', 'file:///etc/passwd'],
    ['no scheme', 'example.org'],
    ['no slashes', 'https:example.org'],
    ['one slash', 'https:/example.org'],
    ['three slashes', 'https:///example.org'],
    ['a backslash', 'https://example.org\\@evil.org/'],
    ['a tab', 'https://exam\tple.org/'],
    ['a line break', 'https://example.org/\n'],
    ['a leading space', ' https://example.org/'],
    ['a user', 'https://user@example.org/'],
    ['a user and a password', 'https://user:pass@example.org/'],
    ['an empty user', 'https://@example.org/'],
    ['no host', 'https://'],
    ['a port out of range', 'https://example.org:65536/'],
    ['port 0', 'https://example.org:0/'],
    ['SMTP', 'https://example.org:25/'],
    ['IRC', 'https://example.org:6667/'],
    ['an unfinished address', 'https://[::1/'],
    ['an address with a zone', 'https://[fe80::1%25eth0]/'],
    ['five parts', 'https://1.2.3.4.5/'],
    ['an empty label', 'https://a..example.org/'],
    ['a label of 64 letters', `https://${'a'.repeat(64)}.org/`],
    ['a name of 254 letters', `https://${'a.'.repeat(126)}aa/`],
    ['a character no name has', 'https://exa$mple.org/'],
    ['too long', `https://example.org/${'a'.repeat(2048)}`],
  ])('refuses %s', (_name, url) => {
    expect(parseTarget(url, strict)).toMatchObject({ kind: 'refused', reason: 'refused-url' });
  });

  it.each([
    ['https://example.org', 'https://example.org', 'example.org', 443, '/'],
    ['HTTPS://Example.ORG:443/a/b?c=d#e', 'https://example.org', 'example.org', 443, '/a/b?c=d'],
    ['https://example.org:8443/', 'https://example.org:8443', 'example.org', 8443, '/'],
    ['https://example.org./', 'https://example.org.', 'example.org', 443, '/'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example', 'xn--bcher-kva.example', 443, '/%C3%BC'],
    ['https://8.8.8.8/', 'https://8.8.8.8', '8.8.8.8', 443, '/'],
    ['https://[2606:4700::1111]:8443/', 'https://[2606:4700::1111]:8443', '2606:4700::1111', 8443, '/'],
    ['https://a_b-c.example.org/', 'https://a_b-c.example.org', 'a_b-c.example.org', 443, '/'],
    ['https://example.org/a@b', 'https://example.org', 'example.org', 443, '/a@b'],
  ])('reads %s', (url, key, hostname, port, path) => {
    expect(parseTarget(url, strict)).toMatchObject({ kind: 'target', origin: { key, hostname, port }, path });
  });

  it('takes http, and an address, where they are allowed', () => {
    const local = { allowHttp: true, guard: new AddressGuard(['127.0.0.0/8']) };
    expect(parseTarget('http://127.1:8080/', local)).toEqual({
      kind: 'target',
      origin: {
        key: 'http://127.0.0.1:8080',
        secure: false,
        hostname: '127.0.0.1',
        port: 8080,
        literal: true,
      },
      path: '/',
    });
  });
});
