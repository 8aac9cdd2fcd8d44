import { jest } from '@jest/globals';
import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query';
import { LogRefresher } from './log-refresher';

jest.useFakeTimers();

let client: QueryClient;
let refresher: LogRefresher;
const ends: (() => void)[] = [];

beforeEach(() => {
  client = new QueryClient();
  refresher = new LogRefresher(client, 'a');
});
afterEach(() => {
  refresher.close();
  for (const end of ends.splice(0)) end();
  client.clear();
});

/** A list that is shown: how often it was asked for, and how often an answer was cut off. */
function shown(queryKey: unknown[], answerMs = 0) {
  const seen = { asked: 0, cut: 0 };
  const queryFn = ({ signal }: { signal: AbortSignal }) => {
    seen.asked++;
    signal.addEventListener('abort', () => seen.cut++);
    return new Promise((resolve) => setTimeout(() => resolve(seen.asked), answerMs));
  };
  ends.push(new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined));
  return seen;
}

async function tellFor(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    refresher.tell();
    await jest.advanceTimersByTimeAsync(100);
  }
}

it('reads what is shown of the tenant anew, a burst at once, and soon', async () => {
  const [list, webhooks] = [shown(['log', 'a', 'deliveries']), shown(['subscriptions', 'a'])];
  await jest.advanceTimersByTimeAsync(10);
  for (let n = 0; n < 50; n++) refresher.tell();
  await jest.advanceTimersByTimeAsync(500);
  expect([list.asked, webhooks.asked]).toEqual([2, 2]);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(list.asked).toBe(2);
});

it('does so no more than about once a second however much happens, and once more for what was told last', async () => {
  const list = shown(['log', 'a', 'deliveries']);
  await jest.advanceTimersByTimeAsync(10);
  await tellFor(10_000);
  expect(list.asked).toBeGreaterThanOrEqual(9);
  expect(list.asked).toBeLessThanOrEqual(11);
  const before = list.asked;
  refresher.tell();
  await jest.advanceTimersByTimeAsync(2_500);
  expect(list.asked).toBe(before + 1);
});

it('waits for a slow answer instead of cutting it off', async () => {
  const list = shown(['log', 'a', 'deliveries'], 3_000);
  await jest.advanceTimersByTimeAsync(3_100);
  void client.refetchQueries({ queryKey: ['log', 'a'] });
  await tellFor(6_500);
  expect(list).toEqual({ asked: 3, cut: 0 });
});

it('leaves numbers over time and other tenants alone', async () => {
  const lists = [shown(['stats', 'a', 'sub_1', 'minute']), shown(['log', 'b', 'deliveries'])];
  await jest.advanceTimersByTimeAsync(10);
  await tellFor(5_000);
  expect(lists.map(({ asked }) => asked)).toEqual([1, 1]);
});

it('leaves a list alone that somebody has read on further down', async () => {
  let asked = 0;
  const observer = new InfiniteQueryObserver(client, {
    queryKey: ['log', 'a', 'events'],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => Promise.resolve({ asked: ++asked, pageParam }),
    getNextPageParam: (_, pages) => pages.length,
  });
  ends.push(observer.subscribe(() => undefined));
  await jest.advanceTimersByTimeAsync(10);
  await tellFor(1_000);
  expect(asked).toBe(2);
  await jest.advanceTimersByTimeAsync(2_000);
  await observer.fetchNextPage();
  const before = asked;
  await tellFor(5_000);
  expect(asked).toBe(before);
});

it('is still once the page is left', async () => {
  const list = shown(['log', 'a', 'deliveries']);
  await jest.advanceTimersByTimeAsync(10);
  refresher.tell();
  refresher.close();
  refresher.tell();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(list.asked).toBe(1);
});
