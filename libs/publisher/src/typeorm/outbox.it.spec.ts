import { testDatabase, type TestDatabase, waitFor } from '@posthorn/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { EventError, type EventInput, plainWebhookId, readyEvent, type ReadyEvent } from '../event.js';
import type { Outcome } from '../outcome.js';
import {
  addToOutbox,
  OutboxEvent,
  OutboxRelay,
  type OutboxRelayOptions,
  PosthornOutbox1764000000000,
} from './index.js';

let database: TestDatabase;
let db: DataSource;
const relays: OutboxRelay[] = [];

beforeAll(async () => {
  database = await testDatabase();
  db = await new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [OutboxEvent],
    migrations: [PosthornOutbox1764000000000],
  }).initialize();
  await db.runMigrations();
}, 30_000);
afterAll(async () => {
  await db.destroy();
  await database.drop();
}, 30_000);
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await db.query('DELETE FROM posthorn_outbox');
});

const event = (id: string, more: Partial<EventInput> = {}): EventInput => ({
  tenantId: 'vendor-17',
  type: 'order.created',
  entity: { name: 'order', id },
  timestamp: '2026-04-15T10:00:01.234Z',
  data: { b: 1.5, a: 'ä' },
  ...more,
});
const idOf = (input: EventInput) => plainWebhookId(readyEvent(input));
const add = (events: EventInput | EventInput[]) => db.transaction((manager) => addToOutbox(manager, events));
const rows = () =>
  db.query<{ entity_id: string; refusal: string | null }[]>('SELECT * FROM posthorn_outbox ORDER BY seq');

/** Stands where Kafka would: keeps what it was given, and answers as it is told. */
class Sink {
  readonly timeoutMs = 1_000;
  readonly batches: ReadyEvent[][] = [];
  answer: (event: ReadyEvent) => Outcome | Promise<Outcome> = (one) => ({
    status: 'accepted',
    id: plainWebhookId(one),
  });

  deliver = (events: readonly ReadyEvent[]): Promise<Outcome[]> => {
    this.batches.push([...events]);
    return Promise.all(events.map((one) => this.answer(one)));
  };

  get entities(): (string | undefined)[] {
    return this.batches.flat().map(({ entity }) => entity?.id);
  }
}

function relayTo(sink: Sink, options: OutboxRelayOptions = {}, source = db): OutboxRelay {
  const relay = new OutboxRelay(source, sink, { pollMs: 20, retryMs: 20, ...options });
  relays.push(relay);
  relay.start();
  return relay;
}

it('the entity says what the migration made', async () => {
  const { upQueries } = await db.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

describe('addToOutbox', () => {
  it('writes in the order given, and nothing changes on the way through', async () => {
    const trace = { traceparent: '00-a-b-01', tracestate: 'x=y' };
    const events = [
      ...Array.from({ length: 200 }, (_, i) => event(`o${i % 7}-${i}`)),
      event('x', { trace, data: undefined }),
      event('y', { entity: undefined, id: 'own', trace: { traceparent: '00-a-b-01' }, data: null }),
    ];
    expect(await add(events)).toEqual(events.map(idOf));
    const sink = new Sink();
    relayTo(sink);
    await waitFor(async () => (await rows()).length === 0);
    expect(sink.batches.flat()).toEqual(events.map((one) => readyEvent(one)));
  });

  it('writes nothing that is wrong, and nothing without a transaction', async () => {
    await expect(add([event('a'), event('')])).rejects.toBeInstanceOf(EventError);
    await expect(addToOutbox(db.manager, event('a'))).rejects.toThrow('open transaction');
    expect(await add([])).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it('of one entity, numbers are in the order of commits; others do not wait', async () => {
    let commit: () => void = () => undefined;
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    const slow = db.transaction(async (manager: EntityManager) => {
      await addToOutbox(manager, event('same', { type: 'order.first' }));
      written();
      await new Promise<void>((resolve) => (commit = resolve));
    });
    await isWritten;
    const second = add(event('same', { type: 'order.second' }));
    await add(event('other'));
    const sink = new Sink();
    relayTo(sink);
    await waitFor(() => sink.entities.length === 1);
    await waitFor(async () => {
      const waiting = await db.query<unknown[]>(
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
      );
      return waiting.length === 1;
    });
    expect(sink.entities).toEqual(['other']);
    commit();
    await Promise.all([slow, second]);
    await waitFor(() => sink.entities.length === 3);
    expect(sink.batches.flat().map(({ type }) => type)).toEqual([
      'order.created',
      'order.first',
      'order.second',
    ]);
  });

  it('with order by tenant, all of a tenant wait for each other', async () => {
    const byTenant = (manager: EntityManager, id: string) =>
      addToOutbox(manager, event(id), { order: 'tenant' });
    const log: string[] = [];
    let second: Promise<unknown> = Promise.resolve();
    await db.transaction(async (manager) => {
      await byTenant(manager, 'a');
      second = db.transaction((other) => byTenant(other, 'b')).then(() => log.push('second'));
      await waitFor(async () => {
        const waiting = await db.query<unknown[]>(
          "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
        );
        return waiting.length === 1;
      });
      log.push('first');
    });
    await second;
    expect(log).toEqual(['first', 'second']);
  });
});

describe('OutboxRelay', () => {
  it('keeps to its bounds, in order', async () => {
    const data = 'x'.repeat(100);
    await add(Array.from({ length: 9 }, (_, i) => event(`o${i}`, { data })));
    const sink = new Sink();
    relayTo(sink, { batchEvents: 4, batchBytes: 350 });
    await waitFor(async () => (await rows()).length === 0);
    expect(sink.batches.map(({ length }) => length)).toEqual([3, 3, 3]);
    expect(sink.entities).toEqual(Array.from({ length: 9 }, (_, i) => `o${i}`));
    await add(event('large', { data: 'x'.repeat(1_000) }));
    await waitFor(async () => (await rows()).length === 0);
  });

  it('is woken: no waiting for the next look', async () => {
    const sink = new Sink();
    const relay = relayTo(sink, { pollMs: 600_000 });
    await waitFor(() => relay.leading);
    await add(event('a'));
    relay.wake();
    await waitFor(() => sink.entities.length === 1);
  });

  it('sends again what was not accepted, before what follows it, and tells', async () => {
    const sink = new Sink();
    const errors: unknown[] = [];
    const cause = new Error('broker away');
    let left = 2;
    const { answer } = sink;
    sink.answer = (one) =>
      one.entity?.id === 'b' && left-- > 0 ? { status: 'unknown', id: 'x', cause } : answer(one);
    await add([event('a'), event('b'), event('c', { data: 1 })]);
    relayTo(sink, { batchEvents: 2, onError: (error) => errors.push(error) });
    await waitFor(async () => (await rows()).length === 0);
    expect(sink.entities).toEqual(['a', 'b', 'b', 'c', 'b', 'c'].slice(0, sink.entities.length));
    expect(errors).toEqual([cause, cause]);
  });

  it('what will never be taken stays, with the reason, and holds up nothing', async () => {
    const sink = new Sink();
    const refused: string[] = [];
    const { answer } = sink;
    const faults = [{ pointer: '/tenantId', detail: 'is unknown' }];
    sink.answer = (one) => (one.entity?.id === 'b' ? { status: 'refused', id: 'x', faults } : answer(one));
    await add([event('a'), event('b'), event('c')]);
    relayTo(sink, { onRefused: (one, reason) => refused.push(`${one.entity?.id}: ${reason}`) });
    await waitFor(async () => (await rows()).length === 1);
    expect(await rows()).toMatchObject([{ entity_id: 'b', refusal: '/tenantId is unknown' }]);
    expect(refused).toEqual(['b: /tenantId is unknown']);
    await add(event('d'));
    await waitFor(() => sink.entities.includes('d'));
    expect(sink.entities).toEqual(['a', 'b', 'c', 'd']);
  });

  it('one at a time; another takes over when it stops', async () => {
    const sinks = [new Sink(), new Sink()];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { answer } = sinks[0];
    sinks[0].answer = (one) => gate.then(() => answer(one));
    const first = relayTo(sinks[0]);
    await waitFor(() => first.leading);
    await add(event('a'));
    await waitFor(() => sinks[0].entities.length === 1);
    let looks = 0;
    const counted = Object.create(db) as DataSource;
    counted.transaction = ((...args: Parameters<DataSource['transaction']>) => {
      looks++;
      return db.transaction(...args);
    }) as DataSource['transaction'];
    const second = relayTo(sinks[1], {}, counted);
    await add(event('b'));
    await waitFor(() => looks > 5);
    expect([second.leading, sinks[1].entities]).toEqual([false, []]);
    const stopped = first.stop();
    open();
    await stopped;
    await waitFor(() => sinks[1].entities.length === 1);
    expect([sinks[0].entities, sinks[1].entities]).toEqual([['a'], ['b']]);
  });

  it('one that freezes in the middle of a round loses it, and another goes on', async () => {
    const [frozen, sink] = [new Sink(), new Sink()];
    let thaw: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (thaw = resolve));
    const { answer } = frozen;
    frozen.answer = (one) => gate.then(() => answer(one));
    const errors: unknown[] = [];
    await add(event('a'));
    relayTo(frozen, { frozenAfterMs: 100, onError: (error) => errors.push(error) });
    await waitFor(() => frozen.entities.length === 1);
    relayTo(sink);
    await waitFor(async () => (await rows()).length === 0);
    expect(sink.entities).toEqual(['a']);
    thaw();
    await waitFor(() => errors.length === 1);
    expect(frozen.entities).toEqual(['a']);
  });

  it('a connection lost while it sends: nothing is deleted, all of it is sent again', async () => {
    const sink = new Sink();
    const { answer } = sink;
    let cut = true;
    sink.answer = async (one) => {
      if (cut) {
        cut = false;
        await db.query(`
          SELECT pg_terminate_backend(pid) FROM pg_locks
           WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      }
      return answer(one);
    };
    const errors: unknown[] = [];
    await add([event('a'), event('b')]);
    relayTo(sink, { onError: (error) => errors.push(error) });
    await waitFor(async () => (await rows()).length === 0);
    expect(sink.entities).toEqual(['a', 'b', 'a', 'b']);
    expect(errors).toHaveLength(1);
  });
});
