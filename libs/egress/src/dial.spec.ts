import { jest } from '@jest/globals';
import { Socket } from 'node:net';
import { type Dial, dialAny, type DialCallback } from './dial.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A race over addresses whose connections the test opens, fails or forgets. */
const race = (...addresses: string[]) => {
  const tries: { address: string; answer: DialCallback }[] = [];
  const cancelled: string[] = [];
  const ended: { error: string | undefined; address: string }[] = [];
  const dial: Dial = (address, _port, answer) => {
    tries.push({ address, answer });
    return () => void cancelled.push(address);
  };
  const cancel = dialAny(addresses, 443, dial, (error, _socket, address) =>
    ended.push({ error: error?.message, address }),
  );
  const at = (address: string) => tries.find((one) => one.address === address)?.answer;
  return {
    cancelled,
    ended,
    cancel,
    tried: () => tries.map(({ address }) => address),
    open: (address: string) => at(address)?.(null, new Socket()),
    openTry: (at: number) => {
      const socket = new Socket();
      tries[at]!.answer(null, socket);
      return socket;
    },
    failTry: (at: number) => tries[at]!.answer(new Error(`try ${at} failed`), null),
    fail: (address: string) => at(address)?.(new Error(`${address} failed`), null),
  };
};

describe('dialAny', () => {
  it('tries one address while it has its head start', () => {
    const { tried, open, ended, cancelled } = race('a', 'b');
    jest.advanceTimersByTime(249);
    expect(tried()).toEqual(['a']);
    open('a');
    jest.advanceTimersByTime(10_000);
    expect([tried(), ended, cancelled]).toEqual([['a'], [{ error: undefined, address: 'a' }], []]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('starts the next beside one that hangs; the first to connect wins and the other is given up', () => {
    const { tried, open, ended, cancelled } = race('a', 'b', 'c');
    jest.advanceTimersByTime(250);
    expect(tried()).toEqual(['a', 'b']);
    open('b');
    jest.advanceTimersByTime(10_000);
    expect([tried(), ended, cancelled]).toEqual([['a', 'b'], [{ error: undefined, address: 'b' }], ['a']]);
  });

  it('lets a slow one win that had its head start', () => {
    const { open, ended, cancelled } = race('a', 'b');
    jest.advanceTimersByTime(250);
    open('a');
    expect([ended, cancelled]).toEqual([[{ error: undefined, address: 'a' }], ['b']]);
  });

  it('starts the next at once after a failure, which gets a head start of its own', () => {
    const { tried, fail } = race('a', 'b', 'c');
    jest.advanceTimersByTime(200);
    fail('a');
    expect(tried()).toEqual(['a', 'b']);
    jest.advanceTimersByTime(249);
    expect(tried()).toEqual(['a', 'b']);
    jest.advanceTimersByTime(1);
    expect(tried()).toEqual(['a', 'b', 'c']);
  });

  it('fails when the last one has, whatever the order', () => {
    const { fail, ended } = race('a', 'b');
    jest.advanceTimersByTime(250);
    fail('b');
    expect(ended).toEqual([]);
    fail('a');
    expect(ended).toEqual([{ error: 'a failed', address: 'a' }]);
  });

  it('tries eight addresses at most', () => {
    const addresses = Array.from({ length: 20 }, (_, i) => `a${i}`);
    const { tried, fail, ended } = race(...addresses);
    for (const address of addresses) fail(address);
    expect([tried().length, ended.length]).toEqual([8, 1]);
  });

  it('gives up every try, also of an address that is there twice', () => {
    const { tried, cancel, cancelled } = race('a', 'a', 'b');
    jest.advanceTimersByTime(500);
    expect(tried()).toEqual(['a', 'a', 'b']);
    cancel();
    expect(cancelled).toEqual(['a', 'a', 'b']);
  });

  it('knows which try of an address ended', () => {
    const { failTry, ended } = race('a', 'a');
    jest.advanceTimersByTime(250);
    failTry(0);
    expect(ended).toEqual([]);
    failTry(1);
    expect(ended).toEqual([{ error: 'try 1 failed', address: 'a' }]);
  });

  it('closes a connection that comes after the race, which nobody would own', () => {
    const { openTry, ended } = race('a', 'b');
    jest.advanceTimersByTime(250);
    const won = openTry(1);
    const late = openTry(0);
    expect([won.destroyed, late.destroyed]).toEqual([false, true]);
    expect(ended).toEqual([{ error: undefined, address: 'b' }]);
  });

  it('can be given up', () => {
    const { tried, cancel, open, ended, cancelled } = race('a', 'b', 'c');
    jest.advanceTimersByTime(250);
    cancel();
    open('a');
    jest.advanceTimersByTime(10_000);
    expect([tried(), cancelled, ended]).toEqual([['a', 'b'], ['a', 'b'], []]);
  });
});
