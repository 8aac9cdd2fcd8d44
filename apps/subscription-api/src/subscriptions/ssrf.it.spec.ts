import { defaultEgressSettings, EgressClient } from '@posthorn/egress';
import { testDatabase, testKafka } from '@posthorn/testing';
import { Stage, type Harness } from '../testing/harness.js';

/** Ways to spell an address that must not be called, or a URL that must not be asked for. */
const spellings: string[] = [
  // IPv4: dotted, decimal, octal, hex, short, mixed, padded
  ...['127.0.0.1', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0x7f.1', '0177.0.0.1'],
  ...[
    '017700000001',
    '0177.1',
    '127.0x0.0.01',
    '0X7F.0.0.1',
    '000177.0.0.1',
    '127.0.0.1.',
    '127.255.255.254',
  ],
  ...['0', '0.0.0.0', '0x0', '00.00.00.00', '10.0.0.1', '0xa000001', '167772161', '012.0.0.1', '172.16.0.1'],
  ...['172.31.255.255', '192.168.0.1', '3232235521', '0xc0a80001', '169.254.169.254', '2852039166'],
  ...['0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '100.64.0.1', '192.0.0.1', '192.0.2.1'],
  ...['198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
  // digits of other scripts, and dots that are none
  ...['１２７.0.0.1', '127。0。0。1', '①②⑦.0.0.1', '%31%32%37.0.0.1'],
  // IPv6: loopback, unspecified, mapped, compatible, NAT64, 6to4, Teredo, local, multicast, documentation
  ...['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ...[
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::10.0.0.1]',
  ],
  ...[
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2002:a00:1::1]',
    '[2001::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00::1]',
  ],
  ...['[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]', '[::ffff:0:127.0.0.1]'],
  // names
  ...['localhost', 'localhost.', 'LOCALHOST', 'a.localhost'],
].map((host) => `https://${host}/hook`);

const wrongUrls = [
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://example.com/',
  'javascript:alert(1)',
  'https://user:pass@example.com/',
  'https://user@127.0.0.1/',
  'https://example.com@127.0.0.1/',
  'https://127.0.0.1:22/',
  'https://127.0.0.1#@example.com/',
  'https://127.0.0.1?@example.com/',
  'https://127.0.0.1\\@example.com/',
  '//127.0.0.1/',
  'https:127.0.0.1',
  'https:///127.0.0.1/',
  'https://',
];

let stage: Stage;
let api: Harness;
let key: string;
let egress: EgressClient;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
  key = await api.tenant('ssrf', 'standard');
  egress = new EgressClient(defaultEgressSettings);
}, 60_000);
afterAll(async () => {
  await egress.close(0);
  await stage.close();
}, 30_000);

it('are at least sixty', () => expect(new Set(spellings).size).toBeGreaterThanOrEqual(60));

it.each([...spellings, ...wrongUrls])(
  '%s is refused when it is saved, and when it is sent to',
  async (url) => {
    const path = '/v1/tenants/ssrf/subscriptions';
    const saved = await api.call<{ code: string }>('POST', path, { key, body: { url } });
    expect([url, saved.status, saved.body.code]).toEqual([url, 422, 'invalid']);
    const sent = await egress.request({ method: 'POST', url, headers: [], body: null, timeoutMs: 2_000 });
    expect([url, sent.kind]).toEqual([url, 'error']);
    if (sent.kind === 'error') expect(sent.reason).toMatch(/^refused-(url|address)$/);
  },
);
