import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { jest } from '@jest/globals';
import type { KafkaConnection, LogReader } from '@posthorn/messaging';
import { createLogger, type Database } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import type { DeliveryStore } from './delivery.store.js';
import { StreamService } from './stream.service.js';

const logger = createLogger({ logLevel: 'silent' }, 'test');

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** The client's side: what it has not taken, and how the connection ended. */
class Client extends EventEmitter {
  writableLength = 0;
  writableEnded = false;
  destroyed = false;
  ends = 0;
  readonly write = () => true;

  end(): void {
    this.ends++;
    this.writableEnded = true;
    if (this.writableLength === 0) this.emit('close');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

async function opened(stillMay = () => true): Promise<Client> {
  const rows = [{ partition: 0, attempts: '5', events: '5' }];
  const service = new StreamService(
    new DeliveryLogSettings(),
    { query: () => Promise.resolve(rows) } as unknown as Database,
    { partitionCount: () => Promise.resolve(1) } as unknown as KafkaConnection,
    {} as DeliveryStore,
    { start: () => Promise.resolve() } as unknown as LogReader,
    logger,
  );
  service.onApplicationBootstrap();
  const client = new Client();
  await service.open({ tenantId: 't', stillMay }, () => client as unknown as ServerResponse);
  return client;
}

const passMs = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

it('ends after five minutes, and soon when its caller may no longer', async () => {
  let may = true;
  const [one, other] = [await opened(), await opened(() => may)];
  await passMs(299_000);
  may = false;
  await passMs(500);
  expect([one.ends, other.ends]).toEqual([0, 0]);
  await passMs(10_000);
  expect([one.ends, other.ends]).toEqual([1, 1]);
  expect([one.destroyed, other.destroyed]).toEqual([false, false]);
});

it.each([
  ['early', 30_000, 0],
  ['shortly before it ends', 270_000, 1],
])('who takes nothing more is cut off within a minute: %s', async (_when, atMs, ends) => {
  const client = await opened();
  await passMs(atMs);
  client.writableLength = 100;
  await passMs(40_000);
  expect([client.ends, client.destroyed]).toEqual([ends, false]);
  await passMs(21_000);
  expect([client.ends, client.destroyed]).toEqual([ends, true]);
});
