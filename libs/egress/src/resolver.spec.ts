import { CachingResolver, type LookupResult } from './resolver.js';
import { defaultEgressSettings, type DnsSettings } from './settings.js';
import { cleanUp, onCleanUp } from './testing/cleanup.js';
import { startNameServer, type Zone } from './testing/name-server.js';

afterEach(cleanUp);

const setUp = async (zone: Zone, overrides: Partial<DnsSettings> = {}) => {
  const server = await startNameServer(zone);
  const clock = { nowMs: 0 };
  const settings = { ...defaultEgressSettings.dns, servers: [server.address], ...overrides };
  const resolver = new CachingResolver(settings, () => clock.nowMs);
  onCleanUp(() => resolver.close());
  const lookup = (name: string) => new Promise<LookupResult>((resolve) => resolver.lookupHost(name, resolve));
  return { server, clock, resolver, lookup };
};
const found = (...addresses: string[]) => ({ kind: 'found', addresses, byOperator: false });
const failed = (message: string) => ({ kind: 'failed', message });

describe('CachingResolver', () => {
  it('alternates the families, IPv4 first', async () => {
    const { lookup } = await setUp({ 'a.test': { a: ['1.0.0.1', '1.0.0.2', '1.0.0.3'], aaaa: ['2606::1'] } });
    const result = await lookup('a.test');
    expect(result).toMatchObject({ kind: 'found', byOperator: false });
    const families = (result.kind === 'found' ? result.addresses : []).map((address) =>
      address.includes(':') ? 6 : 4,
    );
    expect(families).toEqual([4, 6, 4, 4]);
  });

  it('gives an address once that the name server gives twice', async () => {
    const { lookup } = await setUp({ 'a.test': { a: ['1.0.0.1', '1.0.0.1', '1.0.0.2', '1.0.0.1'] } });
    const result = await lookup('a.test');
    expect(result.kind === 'found' && [...result.addresses].sort()).toEqual(['1.0.0.1', '1.0.0.2']);
  });

  it('asks once for many who ask at the same time', async () => {
    const { lookup, server } = await setUp({ 'a.test': { a: ['1.0.0.1'] } });
    const results = await Promise.all(['a.test', 'A.TEST', 'a.test'].map(lookup));
    expect(results).toEqual([found('1.0.0.1'), found('1.0.0.1'), found('1.0.0.1')]);
    expect(server.questions.sort()).toEqual(['a.test A', 'a.test AAAA']);
  });

  it.each([
    ['the TTL', 60, {}, 60_000],
    ['at least the minimum', 0, { ttlMinMs: 2_000 }, 2_000],
    ['at most the maximum', 86_400, { ttlMaxMs: 300_000 }, 300_000],
  ])('keeps an answer for %s', async (_name, ttlS, limits, keptMs) => {
    const { lookup, server, clock } = await setUp({ 'a.test': { a: ['1.0.0.1'], ttlS } }, limits);
    await lookup('a.test');
    server.zone['a.test'] = { a: ['1.0.0.2'], ttlS };
    clock.nowMs = keptMs - 1;
    expect(await lookup('a.test')).toEqual(found('1.0.0.1'));
    clock.nowMs = keptMs;
    expect(await lookup('a.test')).toEqual(found('1.0.0.2'));
  });

  it('remembers a failure for a short while', async () => {
    const { lookup, server, clock } = await setUp({ 'empty.test': {} }, { negativeTtlMs: 5_000 });
    expect(await lookup('gone.test')).toEqual(failed('the name does not exist'));
    expect(await lookup('empty.test')).toEqual(failed('the name has no address'));
    server.zone['gone.test'] = { a: ['1.0.0.1'] };
    clock.nowMs = 4_999;
    expect(await lookup('gone.test')).toEqual(failed('the name does not exist'));
    clock.nowMs = 5_000;
    expect(await lookup('gone.test')).toEqual(found('1.0.0.1'));
  });

  it('gives up on a silent name server, and answers others meanwhile', async () => {
    const { lookup } = await setUp(
      { 'dead.test': { silent: true }, 'a.test': { a: ['1.0.0.1'] } },
      { timeoutMs: 500 },
    );
    const dead = lookup('dead.test');
    expect(await Promise.race([dead, lookup('a.test')])).toEqual(found('1.0.0.1'));
    expect(await dead).toEqual(failed('no name server answered in time'));
  });

  it('forgets the name used longest ago at its limit', async () => {
    const zone: Zone = {
      'a.test': { a: ['1.0.0.1'] },
      'b.test': { a: ['1.0.0.2'] },
      'c.test': { a: ['1.0.0.3'] },
    };
    const { lookup, server, resolver } = await setUp(zone, { maxEntries: 2, ttlMinMs: 1_000 });
    for (const name of ['a.test', 'b.test', 'a.test', 'c.test', 'a.test', 'b.test']) await lookup(name);
    expect(resolver.entries).toBe(2);
    const asked = server.questions.filter((question) => question.endsWith(' A'));
    expect(asked).toEqual(['a.test A', 'b.test A', 'c.test A', 'b.test A']);
  });

  it('takes the hosts file before the name server, and addresses as they are', async () => {
    const { lookup, server } = await setUp({ localhost: { a: ['1.0.0.1'] } });
    expect(await lookup('localhost')).toMatchObject({
      byOperator: true,
      addresses: expect.arrayContaining(['127.0.0.1']),
    });
    expect(await lookup('1.2.3.4')).toEqual(found('1.2.3.4'));
    expect(await lookup('::1')).toEqual(found('::1'));
    expect(server.questions).toEqual([]);
  });

  it('tells those who wait when it is closed', async () => {
    const { lookup, resolver } = await setUp({ 'dead.test': { silent: true } });
    const dead = lookup('dead.test');
    resolver.close();
    expect(await dead).toEqual(failed('closed'));
  });
});
