import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import './kafka-connection.js';
import type { RequestQueue } from './request-timers.js';

type Entry = { correlationId: number; apiKey: number; apiVersion: number; apiName: string };
type Pushed = { entry: Entry & { reject: (error: Error) => void }; sendRequest: () => void };
type Queue = RequestQueue & {
  push(request: Pushed & { expectResponse: boolean }): void;
  fulfillRequest(of: { correlationId: number; payload: unknown; size: number }): void;
};

const require = createRequire(import.meta.url);
const Queue = require('kafkajs/src/network/requestQueue/index.js') as new (options: object) => Queue;
const silent = () => undefined;
let connected = true;

function queue(maxInFlightRequests: number): Queue {
  return new Queue({
    maxInFlightRequests,
    requestTimeout: 2_000,
    enforceRequestTimeout: true,
    clientId: 'spec',
    broker: 'b:1',
    logger: { debug: silent, error: silent, warn: silent, info: silent },
    isConnected: () => connected,
  });
}

/** What becomes of a request, as it happens. */
function send(to: Queue, correlationId: number): string[] {
  const said: string[] = [];
  const reject = ({ name }: Error) => void said.push(name);
  const entry = { correlationId, apiKey: 1, apiVersion: 11, apiName: 'Fetch', reject, resolve: silent };
  to.push({ entry, expectResponse: true, sendRequest: () => void said.push('sent') });
  return said;
}

const answer = (to: Queue, correlationId: number) =>
  to.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  connected = false;
  // What is still under way is given up before.
  jest.advanceTimersByTime(10_000);
  jest.useRealTimers();
  connected = true;
});

it('has one timer for all connections, and none when all are closed', () => {
  const queues = [queue(1), queue(1), queue(1)];
  for (const one of queues) one.scheduleRequestTimeoutCheck();
  expect(jest.getTimerCount()).toBe(1);
  queues[0]!.destroy();
  expect(jest.getTimerCount()).toBe(1);
  connected = false;
  jest.advanceTimersByTime(500);
  expect(jest.getTimerCount()).toBe(0);
});

it('gives up a request that takes too long, and sends the next', () => {
  const one = queue(1);
  one.scheduleRequestTimeoutCheck();
  const [first, second] = [send(one, 1), send(one, 2)];
  jest.advanceTimersByTime(2_000);
  expect([first, second]).toEqual([['sent'], []]);
  jest.advanceTimersByTime(500);
  expect([first, second]).toEqual([['sent', 'KafkaJSRequestTimeoutError'], ['sent']]);
});

it('gives up what is under way when its connection closes, which waits for it', () => {
  const one = queue(1);
  one.scheduleRequestTimeoutCheck();
  const [first, second] = [send(one, 1), send(one, 2)];
  connected = false;
  jest.advanceTimersByTime(2_500);
  expect([first, second]).toEqual([['sent', 'KafkaJSRequestTimeoutError'], ['sent']]);
  jest.advanceTimersByTime(3_000);
  expect([second, jest.getTimerCount()]).toEqual([['sent', 'KafkaJSRequestTimeoutError'], 0]);
});

it('looks at what waits only where something waits', () => {
  const one = queue(1);
  const [first, second] = [send(one, 1), send(one, 2)];
  expect([first, second, jest.getTimerCount()]).toEqual([['sent'], [], 1]);
  answer(one, 1);
  expect(second).toEqual(['sent']);
  jest.runOnlyPendingTimers();
  answer(one, 2);
  expect(jest.getTimerCount()).toBe(0);
});
