import type { EachBatchPayload } from 'kafkajs';
import { PartitionChannel } from './partition-channel.js';

/** What the channel asked of the consumer, in order, and a fetch counter that the test moves. */
class FakePort {
  readonly calls: string[] = [];
  fetch = 0;
  seek = (offset: number) => void this.calls.push(`seek ${offset}`);
  pause = () => void this.calls.push('pause');
  resume = () => void this.calls.push('resume');
  fetches = () => this.fetch;
  taken(): string[] {
    return this.calls.splice(0);
  }
}

/** As kafkajs delivers it: fetched at an offset, holding these, ending with `last` (a marker, perhaps). */
function batch(fetchedAt: number, offsets: number[], last = offsets.at(-1) ?? fetchedAt, stale = false) {
  const messages = offsets.map((offset) => ({
    offset: String(offset),
    key: null,
    value: null,
    timestamp: '0',
  }));
  const fetched = { fetchedOffset: String(fetchedAt), messages, lastOffset: () => String(last) };
  return { batch: fetched, isStale: () => stale } as unknown as EachBatchPayload;
}

const chunk = (offsets: number[], next: number) => ({
  kind: 'chunk',
  chunk: { records: offsets.map((offset) => expect.objectContaining({ offset })), next },
});

let port: FakePort;
let channel: PartitionChannel;
const waitMs = 1_000;

beforeEach(() => {
  port = new FakePort();
  channel = new PartitionChannel(port);
});

/** Begins to read; the fetch loop goes on to its next fetch, as it would. */
function ask(from: number, ahead = false) {
  const result = channel.next(from, ahead, waitMs);
  port.fetch++;
  return result;
}

it('seeks, then resumes, and pauses as soon as it has what was asked for', async () => {
  const result = ask(5);
  expect(port.taken()).toEqual(['seek 5', 'resume']);
  channel.onBatch(batch(5, [5, 6], 7));
  expect(port.taken()).toEqual(['pause']);
  expect(await result).toEqual(chunk([5, 6], 8));
});

it('reads on without a seek, one chunk ahead and no more', async () => {
  void ask(0);
  channel.onBatch(batch(0, [0, 1]));
  port.taken();
  const second = ask(2);
  expect(port.taken()).toEqual(['resume']);
  channel.onBatch(batch(2, [2]));
  expect(await second).toEqual(chunk([2], 3));
  // Goes on by itself now, holds the next chunk, and stops there.
  expect(port.taken()).toEqual([]);
  channel.onBatch(batch(3, [3, 4]));
  expect(port.taken()).toEqual(['pause']);
  expect(await ask(3)).toEqual(chunk([3, 4], 5));
  expect(port.taken()).toEqual(['resume']);
});

it('takes the batch that comes after a pause, and what of it is asked for', async () => {
  void ask(0);
  channel.onBatch(batch(0, [0]));
  channel.onBatch(batch(1, [1, 2, 3]));
  expect(channel.continuesAt(2)).toBe(true);
  port.taken();
  expect(await ask(2)).toEqual(chunk([2, 3], 4));
  expect(port.taken()).not.toContain('seek 2');
});

it('forgets what it holds when it is asked for something else', async () => {
  void ask(0, true);
  channel.onBatch(batch(0, [0]));
  channel.onBatch(batch(1, [1, 2, 3]));
  const elsewhere = ask(50);
  expect(port.taken()).toContain('seek 50');
  channel.onBatch(batch(50, [50]));
  expect(await elsewhere).toEqual(chunk([50], 51));
  expect(channel.continuesAt(1)).toBe(false);
});

it('ignores a batch from before a seek', async () => {
  const result = ask(5);
  channel.onBatch(batch(0, [0, 1, 2, 3, 4, 5, 6], 6, true));
  channel.onBatch(batch(5, [5]));
  expect(await result).toEqual(chunk([5], 6));
});

it.each([
  ['further on', 9],
  ['further back', 0],
])('says that the log is lost when a fetch stands %s', async (_, fetchedAt) => {
  const result = ask(5);
  channel.onBatch(batch(fetchedAt, [fetchedAt]));
  expect(await result).toEqual({ kind: 'lost' });
  port.taken();
  void ask(5);
  expect(port.taken()).toEqual(['seek 5', 'resume']);
});

it('moves on where nothing but markers lies', async () => {
  const result = ask(5);
  channel.onBatchEnd(8);
  expect(await result).toEqual(chunk([], 9));
  expect(channel.continuesAt(9)).toBe(true);
});

it('does not believe the end of a batch that may be older than its seek, and seeks again', async () => {
  const result = channel.next(5, false, waitMs);
  port.taken();
  channel.onBatchEnd(99); // of a fetch that had begun before
  expect(port.taken()).toEqual(['seek 5']);
  port.fetch++;
  channel.onBatch(batch(5, [5]));
  channel.onBatchEnd(5);
  expect(await result).toEqual(chunk([5], 6));
});

it('goes back to its position when the group was joined anew', async () => {
  const result = ask(5);
  port.taken();
  channel.joined();
  expect(port.taken()).toEqual(['seek 5', 'resume']);
  port.fetch++;
  channel.onBatch(batch(5, [5]));
  expect(await result).toEqual(chunk([5], 6));
  // Not waiting: paused by the join, and the next request seeks although it only reads on.
  port.taken();
  channel.joined();
  expect(port.taken()).toEqual([]);
  void ask(6);
  expect(port.taken()).toEqual(['seek 6', 'resume']);
});

it('gives up in time, rests, and does not trust its position afterwards', async () => {
  expect(await channel.next(5, false, 20)).toEqual({ kind: 'nothing' });
  expect(port.taken()).toEqual(['seek 5', 'resume', 'pause']);
  channel.onBatch(batch(5, [5])); // late
  void ask(5);
  expect(port.taken()).toEqual(['seek 5', 'resume']);
  channel.close();
});
