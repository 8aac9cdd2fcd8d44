import type { AttemptMessage } from '@posthorn/contracts';
import { KnownEndings } from './known-endings.js';
import type { Subscription } from './subscription-table.js';

const subscription = (id: string, ...coversFrom: number[]): Subscription =>
  ({
    key: `t/${id}`,
    lanes: new Map(coversFrom.map((seq, lane) => [String(lane), { lane: { coversFrom: seq } }])),
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
    expect(knowing(message).has(subscription(id), 7, eventId)).toBe(known);
  });

  it.each([
    ['the main reader has yet to come to the last one', 9, [Infinity], true],
    ['a lane waits before the last one', 10, [Infinity, 9], true],
    ['everything of it is behind reader and lanes', 10, [Infinity, 10], false],
  ])('are kept only as long as somebody may ask: %s', (_, position, lanes, kept) => {
    const endings = knowing(ended(3), ended(9));
    const one = subscription('s', ...lanes);
    endings.sweep(position, () => one);
    expect(endings.has(one, 3, 'evt_3')).toBe(kept);
  });

  it('are forgotten with their subscription', () => {
    const endings = knowing(ended(3));
    endings.sweep(4, () => undefined);
    expect(endings.has(subscription('s'), 3, 'evt_3')).toBe(false);
  });
});
