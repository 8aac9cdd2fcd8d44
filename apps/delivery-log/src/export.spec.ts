import { createLogger } from '@posthorn/runtime';
import type { DeliveryStore } from './delivery.store.js';
import type { EventStore } from './event.store.js';
import { ExportService, pages } from './export.service.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');
const mine = { seq: 1, subscriptionId: '', replayId: '' };

async function read(stillMay: () => boolean, everyMs: number): Promise<number> {
  let [now, pagesRead] = [0, 0];
  const lines = () => {
    now += everyMs;
    return Promise.resolve({ lines: 'x', after: ++pagesRead < 9 ? mine : undefined });
  };
  for await (const page of pages({ head: '', stillMay }, lines, () => now)) expect(page.length).toBe(1);
  return pagesRead;
}

it('is cut off when the key that asked for it has ended, and not before', async () => {
  expect(await read(() => true, 3_000)).toBe(9);
  await expect(read(() => false, 3_000)).rejects.toMatchObject({ code: 'unauthorized' });
  expect(await read(() => false, 500)).toBe(9);
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
