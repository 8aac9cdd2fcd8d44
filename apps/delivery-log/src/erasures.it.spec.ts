import { decodeRetries, encodeSeqs, type ForgetMessage } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { ErasureService } from './erasure.service.js';
import type { TenantRecord } from './log-producer.client.js';
import { attempt, attemptRecords, control, delivered, event, eventRecords } from './testing/builders.js';
import { Instance, logger, openDatabase, truncate } from './testing/harness.js';

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
beforeEach(async () => {
  told.splice(0);
  await truncate(db);
  await db.query('TRUNCATE replays');
});

const acceptedAt = Date.now() - 60_000;
const orderedAt = acceptedAt + 50_000;
const [its, of] = [event({ acceptedAt }), { seq: 2, acceptedAt, startedAt: acceptedAt + 1_000 }];
const controls = eventRecords([control(), control({ id: 'sub_2' })]);
const events = eventRecords([its], 2);
const log = [...controls, ...events];

type Order = { kind: string; subscriptionId?: string; entityName?: string; entityId?: string };
const entity = { kind: 'entity', entityName: 'order', entityId: 'o1' };

/** What retry-scheduler was told. */
const told: ForgetMessage[] = [];
/** What it will be told. */
const toTell = async () =>
  (await db.query<{ value: Buffer }>('SELECT value FROM forget_outbox ORDER BY id')).map(
    ({ value }) => decodeRetries(value) as ForgetMessage,
  );

async function erase({ kind, subscriptionId, entityName, entityId }: Order): Promise<void> {
  await db.query(
    `INSERT INTO erasures (id, tenant_id, kind, subscription_id, entity_name, entity_id, accepted_before, status, created_at)
     VALUES ('ers_1', 'vendor-17', $1, $2, $3, $4, $5, 'queued', now())`,
    [kind, subscriptionId ?? null, entityName ?? null, entityId ?? null, new Date(orderedAt)],
  );
  const producer = {
    publish: (_topic: unknown, records: readonly TenantRecord[]) => {
      told.push(...records.map(({ value }) => decodeRetries(value) as ForgetMessage));
      return Promise.resolve(records.map(() => 0));
    },
  };
  while (await new ErasureService(db, logger, producer).step());
}

const forget = (subscriptionId: string, acceptedBefore: number, replayId = '') => ({
  ...{ kind: 'forget', tenantId: 'vendor-17', subscriptionId, acceptedBefore },
  deliveryId: deliveryId(its.id, subscriptionId, replayId),
});

async function rows(): Promise<unknown> {
  const [row] = await db.query(
    `SELECT (SELECT json_agg(event_id) FROM events) AS events,
            (SELECT json_agg(subscription_id) FROM deliveries) AS deliveries`,
  );
  return row;
}

describe('what is under way when its event is erased is forgotten', () => {
  it('where nothing is told of a delivery yet, and not where it is over', async () => {
    const instance = new Instance(db);
    await instance.apply('events', log);
    await instance.apply('attempts', attemptRecords([delivered({ ...of, subscriptionId: 'sub_2' })]));
    await erase(entity);
    expect(told).toEqual([forget('sub_1', orderedAt)]);
  });

  it('where a job has handed it over, or is about to', async () => {
    const instance = new Instance(db);
    await instance.apply('events', log);
    const over = ['sub_1', 'sub_2'].map((subscriptionId) => delivered({ ...of, subscriptionId }));
    await instance.apply('attempts', attemptRecords(over));
    await db.query(
      `INSERT INTO replays (id, tenant_id, subscription_id, target_subscription_id, kind, to_at, filter, status, total,
                            partition, until_seq, created_at, chunk, chunk_by)
       SELECT 'rpl_' || name, 'vendor-17', 'sub_1', 'sub_2', 'range', now(), '{}', 'running', 1, 3, 9, now(), chunk, 'payload'
         FROM unnest($1::text[], $2::text[]) AS row (name, chunk)`,
      [
        ['its', 'other', 'unreadable'],
        [encodeSeqs([1, 2, 7]), encodeSeqs([1, 3]), 'gA=='],
      ],
    );
    await erase(entity);
    expect(told).toEqual([forget('sub_2', orderedAt, 'rpl_its')]);
  });

  it('where attempts are told before their event', async () => {
    const instance = new Instance(db);
    await instance.apply('events', controls);
    await instance.apply('attempts', attemptRecords([attempt(of)]));
    await erase(entity);
    expect(told).toEqual([]);
    await instance.apply('events', events);
    expect(await toTell()).toEqual([forget('sub_1', acceptedAt + 1), forget('sub_2', acceptedAt + 1)]);
    expect(await rows()).toEqual({ events: null, deliveries: null });
  });
});

it.each<[Order, number[]]>([
  [{ kind: 'tenant' }, [acceptedAt + 1]],
  [{ kind: 'subscription', subscriptionId: 'sub_1' }, [acceptedAt + 1]],
  [{ kind: 'subscription', subscriptionId: 'sub_2' }, []],
  [entity, [orderedAt]],
])(
  'after %j the failed attempt that is told late is the last one where it is meant',
  async (order, before) => {
    const instance = new Instance(db);
    await instance.apply('events', log);
    await erase(order);
    await instance.apply('attempts', attemptRecords([attempt(of)]));
    expect(await toTell()).toEqual(before.map((limit) => forget('sub_1', limit)));
    await db.query('TRUNCATE forget_outbox');
    await instance.apply('attempts', attemptRecords([delivered({ ...of, attempt: 2 })]));
    expect(await toTell()).toEqual([]);
  },
);

it('nothing is forgotten, and all is shown, of an event that is published under its id afterwards', async () => {
  const instance = new Instance(db);
  await instance.apply('events', log);
  await erase(entity);
  const again = { seq: 3, acceptedAt: orderedAt + 1_000, startedAt: orderedAt + 2_000 };
  await instance.apply('events', eventRecords([event({ acceptedAt: again.acceptedAt })], 3));
  await instance.apply('attempts', attemptRecords([attempt(again)]));
  expect(await toTell()).toEqual([]);
  expect(await rows()).toEqual({ events: [its.id], deliveries: ['sub_1'] });
});
