import type { LaneRecord } from '@posthorn/domain';
import type { AttemptRecorder } from './attempt-recorder.js';
import { type DueItem, LaneSlot, type Work } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import type { PartitionOwner } from './partition-owner.js';
import { Sender } from './sender.js';
import type { Subscription } from './subscription-table.js';

const lane = { ordered: false, inFlightMax: 2, eventsMax: 10, bytesMax: 1_000, breakerFailures: 10 };
const nothing = (): void => undefined;
const effects = { release: nothing, position: () => 10, dirty: nothing, buffered: nothing };
const now = 50_000;
const delaysMs = [5_000, 60_000];

type Retry = { seq: number; attempt: number; dueAt: number };

/** A sender with one slot; what it asks of the world around it is kept. */
function world(loaded: LaneRecord, { originMax = 10 } = {}) {
  const sent: ((result: unknown) => void)[] = [];
  const retries: Retry[] = [];
  const recorder = {
    attempt: nothing,
    retry: (_slot: LaneSlot, work: Work, at: { attempt: number; dueAt: number }) =>
      void retries.push({ seq: work.kind === 'due' ? work.item.due.seq : work.item.seq, ...at }),
  };
  const egress = { send: (_request: unknown, done: (result: unknown) => void) => void sent.push(done) };
  const settings = { sendMax: 100, sendPerOriginMax: originMax, sendPerSubscriptionMax: 10 };
  const ports = {
    now: () => now,
    random: () => 0.5,
    maySend: () => true,
    changed: nothing,
    begin: () => undefined,
    answered: nothing,
  };
  const sender = new Sender(
    egress as never,
    { hasRoom: () => true } as unknown as Outbox,
    recorder as unknown as AttemptRecorder,
    settings,
    ports,
  );
  const profile = { name: 'standard', contentType: 'application/json', render: () => Buffer.from('{}') };
  const subscription = {
    key: 't/s',
    active: true,
    origin: 'https://one.test',
    signing: {},
    profile: { ...profile, authHeaders: () => [] },
    snapshot: { tenantId: 't', id: 's', url: 'https://one.test/', headers: {}, retryPolicy: { delaysMs } },
  } as unknown as Subscription;
  const owner = { ended: false } as PartitionOwner;
  const slot = new LaneSlot(owner, subscription, '0', lane, effects, loaded);
  return { sender, slot, sent, retries };
}

const due = (seq: number, attempt = 1): DueItem =>
  ({
    due: { seq, attempt, dueAt: now, deliveryId: `dlv_${seq}` },
    event: { message: { id: `evt_${seq}`, acceptedAt: now }, value: Buffer.from('{}'), bodies: {} },
    offset: seq,
  }) as unknown as DueItem;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const answer = (status: number) => ({
  kind: 'response',
  status,
  headers: {},
  body: Buffer.alloc(0),
  truncated: false,
  timings: { startedAt: now, durationMs: 1, dnsMs: 0, connectMs: 0, tlsMs: 0, firstByteMs: 1 },
});

describe('single retries', () => {
  it('of which there are too many go back to wait, with the same attempt, one after the other', async () => {
    const { sender, slot, retries } = world({ kind: 'live' });
    for (let seq = 0; seq < 10; seq++) slot.addDue(due(seq));
    sender.offer(slot);
    await turn();
    expect(retries.map(({ seq, attempt }) => [seq, attempt])).toEqual([
      [9, 1],
      [8, 1],
    ]);
    expect(retries[1].dueAt).toBeGreaterThan(retries[0].dueAt);
    expect(retries[0].dueAt).toBeGreaterThan(now);
  });

  it('go back to wait also where no permit is to be had', async () => {
    const { sender, slot, retries } = world({ kind: 'live' }, { originMax: 0 });
    for (let seq = 0; seq < 9; seq++) slot.addDue(due(seq));
    sender.offer(slot);
    await turn();
    expect(retries.map(({ seq }) => seq)).toEqual([8]);
  });

  it('that are refused with 410 park the lane, and keep their own schedule', async () => {
    const { sender, slot, sent, retries } = world({ kind: 'live' });
    slot.addDue(due(3));
    sender.offer(slot);
    await turn();
    sent[0](answer(410));
    expect(slot.lane.takeRecord()).toMatchObject({ kind: 'parked', gone: true });
    expect(retries).toMatchObject([{ seq: 3, attempt: 2 }]);
  });

  it('that are taken end the probing of their lane', async () => {
    const parked = {
      kind: 'parked',
      cursor: 10,
      attempt: 0,
      dueAt: 0,
      failingSince: 5,
      gone: false,
    } as const;
    const { sender, slot, sent } = world({ ...parked, reason: 'breaker' });
    slot.lane.resume();
    slot.addDue(due(3));
    sender.offer(slot);
    await turn();
    expect(slot.lane.health.probing).toBe(true);
    sent[0](answer(200));
    expect([slot.lane.health.probing, slot.lane.health.failingSince]).toEqual([false, null]);
  });
});
