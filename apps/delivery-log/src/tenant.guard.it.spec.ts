import { decodeKeyUse } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { readTopic, waitFor } from '@posthorn/testing';
import { delivered, event } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  stage = await LogStage.open();
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const projected = <T>(condition: () => Promise<T>) => waitFor(condition, { timeoutMs: 20_000 });

describe('access', () => {
  const routes = (tenantId: string) => [
    `${tenantId}/deliveries`,
    `${tenantId}/deliveries/${deliveryId('evt_own', 'sub_1')}`,
    `${tenantId}/events`,
    `${tenantId}/events/evt_own`,
  ];

  beforeAll(async () => {
    const seq = await cluster.tenantWith('owner', event({ id: 'evt_own' }));
    await cluster.attempt(delivered({ tenantId: 'owner', eventId: 'evt_own', seq }));
    await cluster.tenant('stranger');
    await cluster.key('owner-read', 'owner', ['read']);
    await cluster.key('owner-manage', 'owner', ['manage']);
    await cluster.key('owner-publish', 'owner', ['publish']);
    await cluster.key('stranger-read', 'stranger', ['read', 'manage', 'publish']);
    await projected(async () => (await log.list('owner/deliveries?status=delivered')).items.length === 1);
    // Attempts may be projected before their event.
    await projected(async () => (await log.ask('owner/events/evt_own')).status === 200);
  }, 30_000);

  it.each([
    { key: 'operator', tenantId: 'owner', statuses: [200, 200, 200, 200] },
    { key: 'owner-read', tenantId: 'owner', statuses: [200, 200, 200, 200] },
    { key: 'owner-manage', tenantId: 'owner', statuses: [200, 200, 200, 200] },
    { key: 'owner-publish', tenantId: 'owner', statuses: [403, 403, 403, 403] },
    { key: 'stranger-read', tenantId: 'owner', statuses: [404, 404, 404, 404] },
    // Its own tenant, another one's ids.
    { key: 'stranger-read', tenantId: 'stranger', statuses: [200, 404, 200, 404] },
    { key: 'operator', tenantId: 'nobody', statuses: [404, 404, 404, 404] },
    { key: 'unknown', tenantId: 'owner', statuses: [401, 401, 401, 401] },
  ])('of the key $key to $tenantId: $statuses', async ({ key, tenantId, statuses }) => {
    for (const [i, path] of routes(tenantId).entries()) {
      const { status, body } = await log.ask(path, key);
      expect([path, status]).toEqual([path, statuses[i]]);
      if (tenantId === 'stranger' || status !== 200)
        expect(JSON.stringify(body)).not.toContain('receiver.example');
      if (tenantId === 'stranger' && status === 200) expect(body['items']).toEqual([]);
    }
  });

  it('is refused without a key, and given to Authorization: Bearer', async () => {
    const url = 'v1/tenants/owner/events';
    expect((await log.fetch(url, {})).status).toBe(401);
    expect((await log.fetch(url, { authorization: 'Bearer owner-read' })).status).toBe(200);
    expect((await log.fetch(url, { authorization: 'Basic owner-read' })).status).toBe(401);
  });

  it('begins with the key and ends with its revocation', async () => {
    await cluster.key('short-lived', 'owner', ['read']);
    expect((await log.ask('owner/events', 'short-lived')).status).toBe(200);
    await cluster.key('short-lived', 'owner', ['read'], Date.now());
    await projected(async () => (await log.ask('owner/events', 'short-lived')).status === 401);
  }, 30_000);

  it('is told of, once a minute for each key, to who keeps when keys were last used', async () => {
    const before = Date.now();
    await cluster.key('noted', 'owner', ['read']);
    for (let i = 0; i < 3; i++) expect((await log.ask('owner/events', 'noted')).status).toBe(200);
    const uses = await waitFor(async () => {
      const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}key-uses.v1`);
      const mine = records.filter(({ key }) => key === 'key_noted');
      return mine.length > 0 && mine.map(({ value }) => decodeKeyUse(Buffer.from(value ?? '')));
    });
    expect(uses).toEqual([{ keyId: 'key_noted', at: expect.any(Number) as number }]);
    expect(uses[0].at).toBeGreaterThanOrEqual(before);
  });
});
