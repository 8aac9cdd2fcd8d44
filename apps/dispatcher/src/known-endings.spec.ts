import { type AttemptMessage, encodeAttempts } from '@posthorn/contracts';
import { KnownEndings, readEndings } from './known-endings.js';
import type { Subscription } from './subscription-table.js';

const subscription = (id: string, ...lowest: number[]): Subscription =>
  ({
    key: `t/${id}`,
    lanes: new Map(lowest.map((seq, lane) => [String(lane), { lane: { lowest: seq } }])),
  }) as unknown as Subscription;

const ended = (seq: number, over: Partial<AttemptMessage> = {}): AttemptMessage =>
  ({
    kind: 'attempt',
    tenantId: 't',
    subscriptionId: 's',
    seq,
    eventId: `evt_${seq}`,
    final: true,
    ...over,
  }) as AttemptMessage;

function knowing(...messages: AttemptMessage[]): KnownEndings {
  const endings = new KnownEndings();
  for (const message of messages) endings.add(message);
  return endings;
}

describe('known endings', () => {
  it.each([
    ['a delivery that is over', ended(7), 's', 'evt_7', true],
    ['the same event for another subscription', ended(7), 'other', 'evt_7', false],
    ['another event at its place, after a power cut', ended(7), 's', 'evt_8', false],
    ['one that goes on after this attempt', ended(7, { final: false }), 's', 'evt_7', false],
    ['one of a replay', ended(7, { replayId: 'r1' }), 's', 'evt_7', false],
  ])('%s', (_, message, id, eventId, known) => {
    expect(knowing(message).get(subscription(id), 7, eventId) !== undefined).toBe(known);
  });

  it.each([
    ['the main reader has yet to come to the last one', 9, [Infinity], true],
    ['a lane waits before the last one', 10, [Infinity, 9], true],
    ['everything of it is behind reader and lanes', 10, [Infinity, 10], false],
  ])('are kept only as long as somebody may ask: %s', (_, position, lanes, kept) => {
    const endings = knowing(ended(3), ended(9));
    const one = subscription('s', ...lanes);
    endings.sweep(position, () => one);
    expect(endings.get(one, 3, 'evt_3') !== undefined).toBe(kept);
  });

  it('are forgotten with their subscription', () => {
    const endings = knowing(ended(3));
    endings.sweep(4, () => undefined);
    expect(endings.get(subscription('s'), 3, 'evt_3')).toBeUndefined();
  });
});

describe('since when the next owner has to ask for endings', () => {
  const endings = new KnownEndings(500);
  endings.add(ended(7));

  it.each([
    ['a lane that has not passed what is known only from attempts', 7, 's', 500],
    ['one that has', 8, 's', 900],
    ['a lane of another subscription', 7, 'other', 900],
  ])('%s', (_, cursor, id, since) => expect(endings.sinceAt(subscription(id), cursor, 900)).toBe(since));

  it('the window: until the main reader has passed them', () => {
    expect([endings.sinceWindow(7, 900), endings.sinceWindow(8, 900)]).toEqual([500, 900]);
  });
});

describe('what a takeover reads of attempts', () => {
  /** 100 records of 1,000 bytes, ten a fetch. */
  async function read(bounds: { recordsMax: number; bytesMax: number }): Promise<number[]> {
    const value = (seq: number): Buffer => {
      const told = { startedAt: 0, durationMs: 0, responseBody: Buffer.alloc(1_000) };
      const ids = { deliveryId: 'd', eventType: 'a', attempt: 1, outcome: 'delivered', url: '' };
      return encodeAttempts({ ...ended(seq), ...ids, ...told } as AttemptMessage);
    };
    const reader = {
      readRange: (
        _topic: string,
        _partition: number,
        from: number,
        end: number,
        onRecords: (records: { offset: number; value: Buffer }[]) => void | 'stop',
      ) => {
        for (let at = from; at < end; at += 10) {
          const count = Math.min(10, end - at);
          const records = Array.from({ length: count }, (_, n) => ({ offset: at + n, value: value(at + n) }));
          if (onRecords(records) === 'stop') break;
        }
        return Promise.resolve(end);
      },
    };
    const kafka = {
      endOffsets: () => Promise.resolve(new Map([[0, { low: 0, high: 100 }]])),
      offsetAt: () => Promise.resolve(5),
    };
    const parts = { kafka, reader } as unknown as Parameters<typeof readEndings>[0];
    const endings = await readEndings(parts, 0, 1, bounds);
    const seqs = Array.from({ length: 100 }, (_, seq) => seq);
    return seqs.filter((seq) => endings.get(subscription('s'), seq, `evt_${seq}`));
  }

  it('is everything since the time asked for, within its bounds', async () => {
    expect(await read({ recordsMax: 1_000, bytesMax: 1e9 })).toHaveLength(95);
    expect(await read({ recordsMax: 30, bytesMax: 1e9 })).toEqual(
      Array.from({ length: 30 }, (_, n) => 70 + n),
    );
  });

  it('leaves out the middle, not the end, where answers are long', async () => {
    const seqs = await read({ recordsMax: 1_000, bytesMax: 50_000 });
    expect([seqs[0], seqs.at(-1)]).toEqual([5, 99]);
    expect(seqs.length).toBeGreaterThan(30);
    expect(seqs.length).toBeLessThan(55);
  });
});
