import { apiKeyHash } from '@posthorn/domain';
import { decodeDirectory } from '@posthorn/contracts';
import { testDatabase, testKafka, waitFor } from '@posthorn/testing';
import { createDemoTenants } from './demo-tenants.js';
import { operatorKey, Stage, type Harness } from './testing/harness.js';

const ids = ['demo-vendor', '596ad63d-efa1-426e-dd93-08d9fa9598be'];

let stage: Stage;
let api: Harness;
beforeAll(async () => {
  ({ stage, api } = await Stage.open({ database: await testDatabase(), kafka: testKafka() }));
}, 60_000);
afterAll(() => stage.close(), 30_000);

/** What the directory says last of every key with this text. */
const announced = (text: string) =>
  stage.directory.records
    .map(({ value }) => decodeDirectory(value))
    .filter((message) => message.kind === 'key' && message.hash === apiKeyHash(text));

it('an empty installation gets both demo tenants with a key each, once, also by two starts at once', async () => {
  const second = await stage.start();
  const made = (await Promise.all([api, second].map(({ service }) => createDemoTenants(service.app)))).flat();
  expect(made.map(({ tenantId, profile }) => [tenantId, profile])).toEqual([
    [ids[0], 'brutlers'],
    [ids[1], 'brz365'],
  ]);
  expect(made.map(({ key }) => key)).toEqual([
    expect.stringMatching(/^brut_[A-Za-z0-9_-]{43}$/),
    expect.stringMatching(/^ph_[A-Za-z0-9_-]{43}$/),
  ]);
  for (const { tenantId, key } of made) {
    expect((await api.call('GET', `/v1/tenants/${tenantId}/subscriptions`, { key })).status).toBe(200);
    await waitFor(() => announced(key).length === 1);
  }
  expect(await createDemoTenants(api.service.app)).toEqual([]);
});

it('leaves an installation that has tenants alone', async () => {
  const other = await Stage.open({ database: await testDatabase(), kafka: testKafka() });
  try {
    await other.api.tenant('somebody', 'standard');
    expect(await createDemoTenants(other.api.service.app)).toEqual([]);
    const { body } = await other.api.call('GET', '/v1/tenants', { key: operatorKey });
    expect(body['items']).toHaveLength(1);
  } finally {
    await other.stage.close();
  }
}, 60_000);

it('another operator key revokes the former, and the former may come back', async () => {
  const next = 'another-operator-key-of-the-tests';
  const status = async (key: string) => (await api.call('GET', '/v1/tenants', { key })).status;
  await stage.start({ POSTHORN_ADMIN_KEY: next });
  expect([await status(next), await status(operatorKey)]).toEqual([200, 401]);
  await waitFor(() => announced(operatorKey).length === 2);
  expect(announced(operatorKey)).toMatchObject([{ revokedAt: null }, { revokedAt: expect.any(Number) }]);
  await stage.start();
  expect([await status(next), await status(operatorKey)]).toEqual([401, 200]);
  await waitFor(() => announced(operatorKey).length === 3);
  const [, revoked, again] = announced(operatorKey);
  expect(again).toMatchObject({ tenantId: null, revokedAt: null, version: 1 });
  expect(again.id).not.toBe(revoked.id);
});
