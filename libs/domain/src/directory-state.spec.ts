import { apiKeyHash, type DirectoryEntry, DirectoryState } from './directory-state.js';

const nowMs = 1_000_000;
const keyText = 'ph_secret';

function key(given: Partial<Extract<DirectoryEntry, { kind: 'key' }>> = {}): DirectoryEntry {
  return {
    kind: 'key',
    id: 'key_1',
    hash: apiKeyHash(keyText),
    tenantId: 't1',
    scopes: ['publish'],
    expiresAt: null,
    revokedAt: null,
    version: 1,
    ...given,
  };
}

function stateOf(...entries: DirectoryEntry[]): DirectoryState {
  const state = new DirectoryState();
  for (const entry of entries) state.apply(entry);
  return state;
}

it('hashes a key as sha256sum does', () => {
  expect(apiKeyHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

describe('authenticate', () => {
  it.each<[string, DirectoryEntry[], boolean]>([
    ['a live key', [key()], true],
    ['no key', [], false],
    ['another key', [key({ hash: apiKeyHash('other') })], false],
    ['a revoked key', [key({ revokedAt: 5 })], false],
    ['a key revoked later', [key(), key({ revokedAt: 5, version: 2 })], false],
    ['a revoked key whose first record comes again', [key({ revokedAt: 5, version: 2 }), key()], false],
    ['an equal version that contradicts', [key({ revokedAt: 5, version: 2 }), key({ version: 2 })], false],
    ['a key that expires in a moment', [key({ expiresAt: nowMs + 1 })], true],
    ['a key that expires now', [key({ expiresAt: nowMs })], false],
    ['a key whose text was changed', [key(), key({ hash: apiKeyHash('new'), version: 2 })], false],
    ['a key that was revoked and is one again', [key({ revokedAt: 5 }), key({ id: 'key_2' })], true],
    ['the same, told the other way round', [key({ id: 'key_2' }), key({ revokedAt: 5 })], true],
    ['a key of a tenant nobody told of', [key({ tenantId: 'unknown' })], true],
  ])('%s: %s', (_what, entries, accepted) => {
    expect(stateOf(...entries).authenticate(keyText, nowMs) !== undefined).toBe(accepted);
  });

  it('tells whose key it is and what it may do', () => {
    const state = stateOf(key({ tenantId: null, scopes: ['read', 'manage'] }));
    expect(state.authenticate(keyText, nowMs)).toEqual({
      keyId: 'key_1',
      tenantId: null,
      scopes: ['read', 'manage'],
    });
  });
});

describe('tenants', () => {
  const tenant = (version: number, name: string): DirectoryEntry => ({
    kind: 'tenant',
    id: 't1',
    profile: 'standard',
    name,
    version,
  });

  it.each<[DirectoryEntry[], string]>([
    [[tenant(1, 'a'), tenant(2, 'b')], 'b'],
    [[tenant(2, 'b'), tenant(1, 'a')], 'b'],
    [[tenant(2, 'b'), tenant(2, 'c'), tenant(1, 'a')], 'b'],
  ])('the highest version wins in any order (%#)', (entries, name) => {
    expect(stateOf(...entries).tenant('t1')).toMatchObject({ id: 't1', profile: 'standard', name });
  });

  it('one that was deleted is none, whatever is told late', () => {
    const deleted = { ...tenant(3, 'b'), deletedAt: 1 } as DirectoryEntry;
    expect(stateOf(tenant(1, 'a'), deleted, tenant(2, 'b')).tenant('t1')).toBeUndefined();
  });

  it.each(['t2', '', 'constructor', '__proto__'])('does not know %j', (id) => {
    expect(stateOf(tenant(1, 'a')).tenant(id)).toBeUndefined();
  });
});
