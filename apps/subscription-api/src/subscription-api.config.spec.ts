import { KeyRing, loadSettings } from '@posthorn/runtime';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { SubscriptionApiModule } from './subscription-api.module.js';

const env = {
  KAFKA_BROKERS: 'localhost:9092',
  DATABASE_URL: 'postgres://localhost/posthorn',
  POSTHORN_ADMIN_KEY: 'sixteen-or-more-characters',
  POSTHORN_SECRET_KEYS: KeyRing.generate('k1'),
};
const load = (more: object) => loadSettings(SubscriptionApiSettings, { ...env, ...more });

it('has a default for everything but stores and secrets', () => {
  expect(load({})).toMatchObject({
    port: 8401,
    egressAllow: [],
    egressHttp: false,
    acknowledgeTimeoutMs: 5_000,
    disableAfterFailingMs: 432_000_000,
  });
});

it.each([
  ['POSTHORN_ADMIN_KEY', undefined],
  ['POSTHORN_ADMIN_KEY', 'short'],
  ['POSTHORN_ADMIN_KEY', 'x'.repeat(257)],
  ['POSTHORN_SECRET_KEYS', undefined],
  ['POSTHORN_SECRET_KEYS', 'nonsense'],
  ['POSTHORN_ACKNOWLEDGE_TIMEOUT_MS', '0'],
  ['POSTHORN_DISABLE_AFTER_FAILING_MS', '-1'],
])('does not start with %s %s, and does not repeat a secret', (name, value) => {
  expect(() => load({ [name]: value })).toThrow(name);
  if (value && !name.endsWith('_MS')) expect(() => load({ [name]: value })).not.toThrow(value);
});

it('names a network that cannot be read, and takes off for none', () => {
  expect(() => load({ POSTHORN_EGRESS_ALLOW: '127.0.0.0/8,10.0.0.0/33' })).toThrow(
    'POSTHORN_EGRESS_ALLOW "10.0.0.0/33" is no address or network in CIDR notation',
  );
  expect(load({ POSTHORN_EGRESS_ALLOW: 'off' }).egressAllow).toEqual([]);
});

it('names a name server that is none', () => {
  expect(load({ POSTHORN_EGRESS_DNS: '192.0.2.53,[2001:db8::1]:53' }).egressDns).toHaveLength(2);
  expect(() => load({ POSTHORN_EGRESS_DNS: 'dns.example' })).toThrow(
    'POSTHORN_EGRESS_DNS "dns.example" is no address or address:port',
  );
});

it('can leave receivers that fail alone', () => {
  expect(load({ POSTHORN_DISABLE_AFTER_FAILING_MS: '0' })).toMatchObject({ disableAfterFailingMs: 0 });
});

it('names the setting of a key ring that cannot be read', () => {
  const settings = load({ POSTHORN_SECRET_KEYS: 'k1:c2hvcnQ=' });
  expect(() => SubscriptionApiModule.register(settings)).toThrow(/^POSTHORN_SECRET_KEYS: .*k1/);
});
