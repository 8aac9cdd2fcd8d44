import { decodeDirectory } from '@posthorn/contracts';
import { foldEvents, type Stored } from '../aggregates/stored-event.js';
import { applyTenantEvent, tenantRecord } from '../tenants/tenant.js';
import { apiKeyRecord, applyApiKeyEvent, type ApiKeyEvent } from './api-key.js';

const place = { aggregateId: 'key_1', tenantId: 't/1', actor: 'key_0' };
const created: Stored<ApiKeyEvent> = {
  ...place,
  type: 'created',
  payload: { name: 'shop', hash: 'ab', scopes: ['publish'], expiresAt: '2026-06-01T00:00:00.000Z' },
  version: 1,
  at: '2026-01-01T00:00:00.000Z',
};
const revoked: Stored<ApiKeyEvent> = {
  ...place,
  type: 'revoked',
  payload: {},
  version: 2,
  at: '2026-02-01T00:00:00.000Z',
};

const directory = {
  kind: 'key',
  id: 'key_1',
  hash: 'ab',
  tenantId: 't/1',
  scopes: ['publish'],
  expiresAt: Date.UTC(2026, 5, 1),
};

it('a key is announced by its hash, and its revocation as a later version of the same record', () => {
  const before = apiKeyRecord(foldEvents([created], applyApiKeyEvent)!);
  const after = apiKeyRecord(foldEvents([created, revoked], applyApiKeyEvent)!);
  expect([before.topic, before.key]).toEqual(['directory.v1', 'key/key_1']);
  expect(after.key).toBe(before.key);
  expect(decodeDirectory(before.value)).toEqual({ ...directory, revokedAt: null, version: 1 });
  expect(decodeDirectory(after.value)).toEqual({ ...directory, revokedAt: Date.UTC(2026, 1, 1), version: 2 });
});

it('what was never made cannot be revoked', () => {
  expect(() => foldEvents([revoked], applyApiKeyEvent)).toThrow('before it was created');
});

it('a tenant is announced under a key that holds any id', () => {
  const tenant = applyTenantEvent(undefined, {
    ...{ type: 'created', payload: { profile: 'brz365', name: 'Größe' } },
    ...{ aggregateId: 'a/b ü', tenantId: 'a/b ü', version: 1, actor: 'key_0', at: created.at },
  });
  expect(tenant).toEqual({
    id: 'a/b ü',
    profile: 'brz365',
    name: 'Größe',
    deletedAt: null,
    version: 1,
    createdAt: created.at,
  });
  const { topic, key, value } = tenantRecord(tenant);
  expect([topic, key]).toEqual(['directory.v1', 'tenant/a%2Fb%20%C3%BC']);
  expect(decodeDirectory(value)).toEqual({
    kind: 'tenant',
    id: 'a/b ü',
    profile: 'brz365',
    name: 'Größe',
    version: 1,
  });
});
