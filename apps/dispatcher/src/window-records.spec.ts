import { type AttemptMessage, decodeCursors } from '@posthorn/contracts';
import { KnownEndings } from './known-endings.js';
import { owner, subscription } from './testing/owner.js';

describe('what the next owner has to ask for', () => {
  const since = 40;
  const record = { kind: 'behind', cursor: 70, attempt: 0, failingSince: null } as const;
  const lane = { tenantId: 't', subscriptionId: 's', lane: '0', record, moved: true };
  const ended = (seq: number): KnownEndings => {
    const endings = new KnownEndings(since);
    const ids = { kind: 'attempt', tenantId: 't', subscriptionId: 's', eventId: `evt_${seq}`, attempt: 1 };
    endings.add({ ...ids, seq, final: true, outcome: 'delivered' } as AttemptMessage);
    return endings;
  };

  it.each([
    ['what this one knows only from attempts, of lanes', ended(80), 0, { lane: since, window: 1_000 }],
    ['and of what the main reader has not come to', ended(120), 0, { lane: since, window: since }],
    ['or of retries that were not read yet', ended(60), 9, { lane: 1_000, window: since }],
    ['nothing where all of it is passed', ended(60), 0, { lane: 1_000, window: 1_000 }],
  ])('%s', (_, endings, dueEnd, expected) => {
    const one = owner([subscription('s', 'active', 0)], [lane], [], { endings, dueEnd, now: 1_000 });
    one.tick(1_000, true, 0);
    const { records } = one.takeTransaction()!;
    const sinceOf = (key: string): unknown => {
      const written = decodeCursors(records.find((one) => one.key === key)!.value as Buffer);
      return 'since' in written ? written.since : undefined;
    };
    expect({ lane: sinceOf('lane/t/s/0'), window: sinceOf('_window') }).toEqual(expected);
  });

  it('of a lane without order: since the attempt at its cursor was begun', () => {
    const one = owner([subscription('s', 'active', 0)], [lane], [], { now: 1_000 });
    const [slot] = one.slots.values();
    slot.lane.feed(70, {} as never, 1);
    slot.start(900);
    const written = one.takeTransaction()!.records.find(({ key }) => key === slot.key)!;
    expect(decodeCursors(written.value as Buffer)).toMatchObject({ cursor: 70, since: 900 });
  });
});
