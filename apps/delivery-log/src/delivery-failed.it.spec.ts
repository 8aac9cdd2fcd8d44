import { decodeEvents, type EventMessage } from '@posthorn/contracts';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { attempt, attemptRecords, control, eventRecords } from './testing/builders.js';
import { Instance, openDatabase, truncate } from './testing/harness.js';

let stores: TestDatabase;
let db: Database;

beforeAll(async () => {
  stores = await testDatabase();
  db = await openDatabase(stores.url);
});
afterAll(async () => {
  await db?.stop();
  await stores?.drop();
});
beforeEach(() => truncate(db));

const first = attempt({ attempt: 1 });

describe('what is told of deliveries that failed', () => {
  const now = Date.now();
  const failed = (given: object = {}) => attempt({ attempt: 4, final: true, startedAt: now, ...given });
  const outbox = async () => {
    const rows = await db.query<{ tenant_id: string; value: Buffer }>(
      'SELECT tenant_id, value FROM outbox ORDER BY id',
    );
    return rows.map(({ tenant_id, value }) => {
      const event = decodeEvents(value) as EventMessage;
      return [tenant_id, event.type, event.entity?.id];
    });
  };
  const listener = (given: object = {}) =>
    control({ id: 'sub_ops', profile: 'standard', filter: { types: ['posthorn.*'] }, ...given });

  it('stands in the outbox as often as it happened, and not as often as it is told', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([control(), listener()]));
    await instance.apply('attempts', attemptRecords([first, failed()]));
    await instance.apply('attempts', attemptRecords([failed(), failed({ attempt: 5 })]));
    await instance.apply(
      'attempts',
      attemptRecords([failed({ eventType: 'posthorn.delivery.failed', eventId: 'evt_2' })]),
    );
    const told = ['vendor-17', 'posthorn.delivery.failed', first.deliveryId];
    expect(await outbox()).toEqual([told, told]);
  });

  it.each([
    ['nobody asks', control({ id: 'sub_2', filter: { types: ['*'] } })],
    ['who asks is disabled', listener({ status: 'disabled' })],
    ['who asks asks for something else', listener({ filter: { types: ['posthorn.subscription.*'] } })],
    ['another tenant asks', listener({ tenantId: 'vendor-18' })],
  ])('is nothing where %s', async (_, subscription) => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([control(), subscription]));
    await instance.apply('attempts', attemptRecords([failed()]));
    expect(await outbox()).toEqual([]);
  });

  it('is not there when what it tells of was rolled back', async () => {
    const instance = new Instance(db);
    await instance.apply('events', eventRecords([listener()]));
    const rolledBack = instance.applyThen('attempts', attemptRecords([failed()]), () =>
      Promise.reject(new Error('no')),
    );
    await expect(rolledBack).rejects.toThrow('no');
    expect(await outbox()).toEqual([]);
  });
});
