import { jest } from '@jest/globals';
import type { Readable } from 'node:stream';
import { createLogger } from '@posthorn/runtime';
import type { DeliveryStore } from './delivery.store.js';
import type { EventStore } from './event.store.js';
import { ExportService } from './export.service.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const mine = { seq: 1, subscriptionId: '', replayId: '' };

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

type Given = { chars?: number; pages?: number; readMs?: number; stillMay?: () => boolean };

/** An export of so many pages with a row each, and what it was cut off with. */
function begun({ chars = 100_000, pages = Infinity, readMs = 0, stillMay = () => true }: Given = {}) {
  let read = 0;
  const page = async () => {
    await new Promise<void>((resolve) => (readMs > 0 ? setTimeout(resolve, readMs) : resolve()));
    return { items: [{ id: 'x'.repeat(chars) }], next: ++read < pages ? mine : undefined };
  };
  const deliveries = { page } as unknown as DeliveryStore;
  const service = new ExportService(deliveries, {} as EventStore, logger);
  service.onApplicationBootstrap();
  const stream = service.ofDeliveries({ tenantId: 'a', limit: 1 }, 'ndjson', stillMay);
  const cut: { by?: Error } = {};
  stream.once('error', (error) => (cut.by = error));
  return { service, stream, cut };
}

/** All that is there, as soon as there is some. */
const take = (stream: Readable): Promise<Buffer> =>
  new Promise((resolve) => stream.once('readable', () => resolve(stream.read() as Buffer)));
const passMs = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

it('is written a page at a time, whole', async () => {
  const { service, stream } = begun({ chars: 200_000, pages: 3 });
  let bytes = 0;
  for await (const piece of stream) {
    expect((piece as Buffer).length).toBeLessThan(2 * 64 * 1024);
    bytes += (piece as Buffer).length;
  }
  expect(bytes).toBe(3 * '{"id":""}\n'.length + 3 * 200_000);
  expect(service.open.count).toBe(0);
});

it('who takes nothing for a minute loses the place, who takes a little keeps it', async () => {
  const [slow, stuck, never] = [begun(), begun(), begun()];
  await take(stuck.stream);
  for (let i = 0; i < 5; i++) {
    expect((await take(slow.stream)).length).toBeGreaterThan(0);
    await passMs(50_000);
  }
  expect([slow, stuck, never].map(({ service }) => service.open.count)).toEqual([1, 0, 0]);
  expect([slow, stuck, never].map(({ cut }) => cut.by?.message)).toEqual([
    ...[undefined, 'its caller takes nothing', 'its caller takes nothing'],
  ]);
});

it('who does not take the end of it loses the place, too', async () => {
  const { service, stream } = begun({ chars: 10, pages: 1 });
  stream.once('readable', () => undefined);
  await passMs(59_000);
  expect(service.open.count).toBe(1);
  await passMs(10_000);
  expect(service.open.count).toBe(0);
});

it('nobody is blamed for what is read for him', async () => {
  const { service, stream } = begun({ readMs: 90_000 });
  const taken = take(stream);
  await passMs(89_000);
  expect(service.open.count).toBe(1);
  await passMs(2_000);
  expect((await taken).length).toBeGreaterThan(0);
});

it('ends after an hour, however much is taken', async () => {
  const { service, stream, cut } = begun();
  for (let minute = 0; minute < 120; minute++) {
    await take(stream);
    await passMs(30_000);
  }
  expect(service.open.count).toBe(1);
  await take(stream);
  await passMs(10_000);
  expect([service.open.count, cut.by?.message]).toEqual([0, 'it took too long']);
});

it('is cut off when the key that asked for it has ended, and not before', async () => {
  let mayGoOn = true;
  const { service, cut } = begun({ stillMay: () => mayGoOn });
  await passMs(30_000);
  expect(service.open.count).toBe(1);
  mayGoOn = false;
  await passMs(5_000);
  expect(cut.by).toMatchObject({ code: 'unauthorized' });
  expect(service.open.count).toBe(0);
});

it('a tenant has two at a time, whoever else has none; all together four', async () => {
  // None of them is read: they only hold their places.
  const service = new ExportService({} as DeliveryStore, {} as EventStore, logger);
  const open = (tenantId: string) => service.ofEvents({ tenantId, limit: 1 }, 'csv', () => true);
  const [first] = [open('a'), open('a')];
  expect(() => open('a')).toThrow('Other exports are being written');
  open('b');
  open('c');
  expect(() => open('d')).toThrow('Other exports are being written');
  await new Promise((resolve) => first.once('close', resolve).destroy());
  open('d');
});
