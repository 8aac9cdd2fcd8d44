import { encodeSubscription, subscriptionKey } from '@posthorn/contracts';
import type { InRecord, LogReader } from '@posthorn/messaging';
import type { Database } from '@posthorn/runtime';
import { testDatabase, type TestDatabase } from '@posthorn/testing';
import { RuleBookService } from './rule-book.service.js';
import { RuleBookStore } from './rule-book.store.js';
import { event, eventRecords, record, snapshot } from './testing/builders.js';
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
beforeEach(() => truncate(db));

const row = (id: string): InRecord =>
  record(
    0,
    encodeSubscription({
      snapshot: snapshot({ id }),
      matching: [{ sinceSeq: 0, filter: { types: ['order.created'] } }],
    }),
    subscriptionKey('vendor-17', id),
  );

/** The owner's table, read in chunks; the first `failures` times Kafka is away. */
function tableOf(records: InRecord[], failures = 0) {
  const asked: unknown[] = [];
  const reader: Pick<LogReader, 'readRange'> = {
    readRange: async (topic, partition, from, _end, onRecords) => {
      asked.push([topic, partition, from]);
      for (const one of records) onRecords([one]);
      if (asked.length <= failures) throw new Error('Kafka is away');
      return records.length;
    },
  };
  return { asked, reader };
}

const serviceWith = (reader: Pick<LogReader, 'readRange'>) =>
  new RuleBookService(db, new RuleBookStore(), reader, logger);

describe('a rule book that this database has never seen', () => {
  it('is read whole from the owner’s table, once', async () => {
    const { asked, reader } = tableOf(Array.from({ length: 1_203 }, (_, i) => row(`sub_${i}`)));
    expect(await serviceWith(reader).complete(3)).toBe(true);
    await new Instance(db).apply('events', eventRecords([event()]));
    const [{ count }] = await db.query<{ count: number }>('SELECT cardinality(matched) AS count FROM events');
    expect(count).toBe(1_203);
    expect(await serviceWith(reader).complete(3)).toBe(true);
    expect(asked).toEqual([['subscriptions.v1', 3, 'earliest']]);
  });

  it('is read again until it was read to the end', async () => {
    const { asked, reader } = tableOf([row('sub_1')], 1);
    expect(await serviceWith(reader).complete(3)).toBe(true);
    expect(asked).toHaveLength(2);
    expect(await db.query('SELECT complete FROM rule_books')).toEqual([{ complete: true }]);
  });

  it('is not waited for when the service stops', async () => {
    const { reader } = tableOf([], Infinity);
    const service = serviceWith(reader);
    const completing = service.complete(3);
    service.stop();
    expect(await completing).toBe(false);
    expect(await db.query('SELECT complete FROM rule_books')).toEqual([]);
  });
});
