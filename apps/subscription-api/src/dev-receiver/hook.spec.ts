import { eventIn } from './hook-event.js';
import { HookSettings } from './hook-settings.dto.js';
import { Hook, requestsMax, type Arrival } from './hook.js';

let hook: Hook;
let told: number;
beforeEach(() => {
  let rev = 0;
  told = 0;
  hook = new Hook('first', { next: () => ++rev, tell: () => void told++ });
});

const brz = (entityId: string, timestamp = '2025-11-07T14:32:45Z') =>
  JSON.stringify({
    licenseOwnerId: 't',
    event: 'create',
    entityName: 'BusinessPartner',
    entityId,
    timestamp,
  });

const arrival = (
  body: string,
  { id, attempt = 1, ...rest }: Partial<Arrival> & { id?: string; attempt?: number } = {},
) => {
  const headers = { ...(id ? { 'webhook-id': id } : {}), 'webhook-attempt': String(attempt) };
  const rawHeaders = Object.entries(headers).flat();
  const url = '/dev/receiver/hooks/first';
  return { method: 'POST', url, headers, rawHeaders, body: Buffer.from(body), ...rest };
};

const set = (settings: Partial<HookSettings>) => hook.set({ ...hook.settings, ...settings });
/** Arrives and is answered as told; answers with the status. */
function take(...args: Parameters<typeof arrival>): number {
  const open = hook.arrive(arrival(...args), 1_000);
  hook.finish(open, open.decision.kind === 'hang' ? null : open.decision.status, 1_020);
  return open.decision.status;
}

describe('answers', () => {
  it('well at first, and as it is told', () => {
    expect(take(brz('1'))).toBe(200);
    set({ status: 204 });
    expect(take(brz('1'))).toBe(204);
    set({ failing: true, failStatus: 410 });
    expect([take(brz('1')), take(brz('1'))]).toEqual([410, 410]);
    set({ failing: false });
    expect(take(brz('1'))).toBe(204);
  });

  it('fails so many deliveries, not counting what verifies', () => {
    set({ failNext: 2 });
    const statuses = ['POST', 'HEAD', 'OPTIONS', 'POST', 'POST'].map((method) => take('', { method }));
    expect(statuses).toEqual([500, 200, 200, 500, 200]);
    expect(hook.settings.failNext).toBe(0);
  });

  it('refuses what is not signed when it is told to check, and has something to check with', () => {
    set({ rejectInvalid: true });
    expect(take(brz('1'))).toBe(200);
    set({ secret: 'value' });
    expect(take(brz('1'))).toBe(401);
    expect(take(brz('1'), { headers: { authorization: 'value' } })).toBe(200);
    expect(hook.requests().map(({ signature, answer }) => [signature.state, answer.reason])).toEqual([
      ['unsigned', 'well'],
      ['unsigned', 'rejected'],
      ['valid', 'well'],
    ]);
  });

  it('with the challenge of a verification, which is no delivery', () => {
    const body = JSON.stringify({ type: 'posthorn.verification', data: { challenge: 'abc' } });
    expect(hook.arrive(arrival(body), 0).challenge).toBe('abc');
    expect(hook.counts).toMatchObject({ received: 1, deliveries: 0 });
  });
});

describe('remembers', () => {
  it('what came, and what became of it', () => {
    set({ secret: 'value', failNext: 1 });
    const headers = { authorization: 'value', 'webhook-id': 'evt_1', 'webhook-attempt': '4' };
    const rawHeaders = ['Authorization', 'value', 'X-Twice', 'a', 'X-Twice', 'b'];
    expect(take(brz('9'), { headers, rawHeaders })).toBe(500);
    expect(hook.requests()).toEqual([
      {
        n: 1,
        receivedAt: '1970-01-01T00:00:01.000Z',
        kind: 'delivery',
        method: 'POST',
        url: '/dev/receiver/hooks/first',
        headers: [
          ['Authorization', 'value'],
          ['X-Twice', 'a'],
          ['X-Twice', 'b'],
        ],
        body: brz('9'),
        bodyBytes: Buffer.byteLength(brz('9')),
        bodyIsCut: false,
        webhookId: 'evt_1',
        attempt: 4,
        event: {
          type: 'BusinessPartner.create',
          entity: { name: 'BusinessPartner', id: '9' },
          timestamp: '2025-11-07T14:32:45Z',
        },
        signature: { state: 'valid', scheme: 'brz365', reason: null },
        isRepeat: false,
        place: null,
        answer: { state: 'answered', status: 500, reason: 'failNext', afterMs: 20 },
      },
    ]);
    expect(hook.counts).toMatchObject({ received: 1, deliveries: 1, refused: 1, accepted: 0, valid: 1 });
  });

  it('the order of what was accepted: a failed event has no place until it comes again', () => {
    set({ failNext: 1 });
    take(brz('a', '2026-01-01T00:00:01Z'), { id: 'evt_1' });
    take(brz('a', '2026-01-01T00:00:01Z'), { id: 'evt_1', attempt: 2 });
    take(brz('b', '2026-01-01T00:00:02Z'), { id: 'evt_2' });
    take(brz('a', '2026-01-01T00:00:03Z'), { id: 'evt_3' });
    take(brz('b', '2026-01-01T00:00:02Z'), { id: 'evt_2' });
    take(brz('a', '2026-01-01T00:00:02Z'), { id: 'evt_4' });
    take(brz('c', '2026-01-01T00:00:02Z'), { id: 'evt_5' });
    const said = hook
      .requests()
      .map(({ isRepeat, place: p }) => [isRepeat, p && [p.nth, p.nthOfEntity, p.isLate, p.isLateOfEntity]]);
    expect(said).toEqual([
      [false, null],
      [false, [1, 1, false, false]],
      [false, [2, 1, false, false]],
      [false, [3, 2, false, false]],
      [true, [2, 1, false, false]],
      [false, [4, 3, true, true]],
      [false, [5, 1, true, false]],
    ]);
    expect(hook.counts).toMatchObject({ accepted: 6, refused: 1, repeats: 1, late: 2 });
  });

  it('that the sender did not wait', () => {
    set({ hang: true });
    take(brz('1'));
    expect(hook.requests()[0].answer).toEqual({ state: 'gone', status: null, reason: 'hang', afterMs: 20 });
    expect(hook.counts).toMatchObject({ accepted: 0, refused: 1 });
  });

  it('bodies that are no JSON, no UTF-8, and the first 64 KiB of large ones', () => {
    take('', { body: Buffer.from([0xff, 0xfe, 0x00]) });
    take('x'.repeat(70_000));
    take('[1]');
    const [broken, large, list] = hook.requests();
    expect(broken).toMatchObject({ event: null, bodyBytes: 3, bodyIsCut: false });
    expect([large.body.length, large.bodyBytes, large.bodyIsCut]).toEqual([65_536, 70_000, true]);
    expect(list.event).toBeNull();
  });

  it('the last 500, and no more than two megabytes', () => {
    for (let i = 0; i < requestsMax + 5; i++) take(brz(String(i)));
    expect(hook.requests().length).toBe(requestsMax);
    expect(hook.requests()[0].n).toBe(6);
    for (let i = 0; i < 100; i++) take('y'.repeat(65_536));
    const kept = hook.requests();
    expect(kept.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(kept.at(-1)!.n).toBe(requestsMax + 105);
    expect(hook.counts.received).toBe(requestsMax + 105);
  });

  it('nothing once it is cleared, not even how a request ends that had begun', () => {
    set({ failStatus: 502 });
    take(brz('1'), { id: 'evt_1' });
    const open = hook.arrive(arrival(brz('2')), 0);
    hook.clear();
    hook.finish(open, 200, 5);
    expect(hook.requests()).toEqual([]);
    expect(hook.counts).toMatchObject({ received: 0, accepted: 0 });
    expect(hook.settings.failStatus).toBe(502);
    take(brz('1'), { id: 'evt_1' });
    expect(hook.requests()[0]).toMatchObject({ n: 1, isRepeat: false, place: { nth: 1 } });
  });
});

it('tells of every change, and which requests changed since', () => {
  take(brz('1'));
  const { rev } = hook;
  const before = told;
  const open = hook.arrive(arrival(brz('2')), 0);
  expect(hook.requests(rev).map(({ n }) => n)).toEqual([2]);
  const { rev: arrived } = hook;
  hook.finish(open, 200, 5);
  expect(hook.requests(arrived).map(({ n, answer }) => [n, answer.state])).toEqual([[2, 'answered']]);
  expect(told - before).toBe(2);
  expect(hook.requests(hook.rev)).toEqual([]);
});

it.each([
  [
    '{"event":"order.created","data":{"id":"o-1"},"timestamp":"t"}',
    'order.created',
    { name: 'order', id: 'o-1' },
    't',
  ],
  [
    '{"type":"order.created","data":{"id":7},"timestamp":"t"}',
    'order.created',
    { name: 'order', id: '7' },
    't',
  ],
  ['{"type":"a.b","subject":"order/x/1","time":"t","data":{}}', 'a.b', { name: 'order', id: 'x/1' }, 't'],
  ['{"type":"a.b","subject":"/x"}', 'a.b', null, null],
  ['{"entityName":"Order","event":"create","entityId":5}', 'Order.create', null, null],
  ['{"type":5}', undefined, undefined, undefined],
  ['null', undefined, undefined, undefined],
])('finds the event in %s', (body, type, entity, timestamp) => {
  expect(eventIn(JSON.parse(body))).toEqual(type === undefined ? null : { type, entity, timestamp });
});
