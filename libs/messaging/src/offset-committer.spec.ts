import { jest } from '@jest/globals';
import { OffsetCommitter, type Commit } from './offset-committer.js';

const logged: string[] = [];
const log = (level: string, message: string) => void logged.push(`${level} ${message}`);

/** A broker that answers when it is told to. */
class Broker {
  readonly requests: Commit[][] = [];
  private answers: ((error?: Error) => void)[] = [];
  send = (commits: Commit[]) =>
    new Promise<void>((resolve, reject) => {
      this.requests.push(commits);
      this.answers.push((error) => (error ? reject(error) : resolve()));
    });
  async answer(error?: Error) {
    this.answers.shift()?.(error);
    await jest.advanceTimersByTimeAsync(0);
  }
  shown() {
    return this.requests.map((commits) =>
      commits.map(({ topic, partition, offset, metadata }) => `${topic}/${partition}@${offset} ${metadata}`),
    );
  }
}

let broker: Broker;
let stays: Map<string, object>;
let committer: OffsetCommitter;

beforeEach(() => {
  jest.useFakeTimers();
  broker = new Broker();
  stays = new Map([
    ['t/0', {}],
    ['t/1', {}],
  ]);
  committer = new OffsetCommitter(broker.send, (topic, partition) => stays.get(`${topic}/${partition}`), log);
});
afterEach(() => {
  jest.useRealTimers();
});

const tick = () => jest.advanceTimersByTimeAsync(0);

it('sends the newest of every partition, one request at a time', async () => {
  committer.commit('t', 0, 1);
  committer.commit('t', 0, 2, 'm');
  committer.commit('t', 1, 7);
  await tick();
  committer.commit('t', 0, 3);
  committer.commit('t', 0, 4);
  await tick();
  expect(broker.shown()).toEqual([['t/0@2 m', 't/1@7 null']]);
  await broker.answer();
  expect(broker.shown()[1]).toEqual(['t/0@4 null']);
  await broker.answer();
  expect(broker.requests).toHaveLength(2);
});

it('repeats what failed unless there is something newer', async () => {
  committer.commit('t', 0, 1);
  committer.commit('t', 1, 1);
  await tick();
  await broker.answer(new Error('rebalance'));
  committer.commit('t', 1, 2);
  await jest.advanceTimersByTimeAsync(500);
  expect(broker.shown()[1]?.sort()).toEqual(['t/0@1 null', 't/1@2 null']);
});

it('forgets what belongs to an earlier stay, sent in vain or not sent yet', async () => {
  committer.commit('t', 0, 1);
  await tick();
  committer.commit('t', 1, 5);
  stays.set('t/0', {}); // gone and back again
  stays.delete('t/1');
  await broker.answer(new Error('expelled'));
  await jest.advanceTimersByTimeAsync(1_000);
  expect(broker.requests).toHaveLength(1);
  committer.commit('t', 1, 6); // not ours
  await tick();
  expect(broker.requests).toHaveLength(1);
});

it('leaves out metadata that the broker would refuse the commit for', async () => {
  committer.commit('t', 0, 1, 'x'.repeat(4_097));
  committer.commit('t', 1, 1, 'y'.repeat(4_096));
  await tick();
  expect(broker.requests[0]?.map(({ metadata }) => metadata?.length)).toEqual([undefined, 4_096]);
  expect(logged).toContain('error commit metadata is too long and left out');
});

it('drains, but not for ever', async () => {
  committer.commit('t', 0, 1);
  let drained = false;
  void committer.drain(1_000).then(() => (drained = true));
  await jest.advanceTimersByTimeAsync(500);
  expect(drained).toBe(false);
  await broker.answer();
  await jest.advanceTimersByTimeAsync(10);
  expect(drained).toBe(true);
  committer.commit('t', 0, 2);
  let gaveUp = false;
  void committer.drain(1_000).then(() => (gaveUp = true));
  await jest.advanceTimersByTimeAsync(1_100);
  expect(gaveUp).toBe(true);
});
