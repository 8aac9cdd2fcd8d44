import type { SubscriptionMessage } from '@posthorn/contracts';
import { RuleBook } from './rule-book.js';
import { snapshot } from './testing/builders.js';

const order = { type: 'order.created', entity: { name: 'order', id: 'o1' } };
const inquiry = { type: 'inquiry.received', entity: null };
const forOrders = { types: ['order.created'] };
const forInquiries = { types: ['inquiry.received'] };

/** What the owner's table holds after the three changes below, at the places they have in the log. */
const history: SubscriptionMessage['matching'] = [
  { sinceSeq: 10, filter: forOrders },
  { sinceSeq: 20, filter: forInquiries },
  { sinceSeq: 30, filter: null },
];

type Step = { control: number } | { table: number };

const versions = [
  snapshot({ version: 1, filter: forOrders }),
  snapshot({ version: 2, filter: forInquiries }),
  snapshot({ version: 3, filter: forInquiries, status: 'disabled' }),
];

function play(steps: readonly Step[]): RuleBook {
  const book = new RuleBook(0);
  for (const step of steps) {
    if ('control' in step) book.applyControl(versions[step.control - 1]!, step.control * 10, 0);
    else book.join({ snapshot: versions[step.table - 1]!, matching: history.slice(0, step.table) });
  }
  return book;
}

describe('the rule book', () => {
  it.each<{ name: string; steps: Step[] }>([
    { name: 'control records alone', steps: [{ control: 1 }, { control: 2 }, { control: 3 }] },
    { name: 'the table alone', steps: [{ table: 3 }] },
    {
      name: 'repeated control records',
      steps: [{ control: 1 }, { control: 2 }, { control: 1 }, { control: 3 }, { control: 2 }],
    },
    { name: 'the table first', steps: [{ table: 3 }, { control: 1 }, { control: 2 }, { control: 3 }] },
    {
      name: 'the table in between',
      steps: [{ control: 1 }, { table: 2 }, { control: 2 }, { table: 1 }, { control: 3 }],
    },
    { name: 'control records that have left the log', steps: [{ table: 2 }, { control: 3 }] },
    {
      name: 'a table that comes late',
      steps: [{ control: 1 }, { control: 2 }, { control: 3 }, { table: 3 }, { table: 1 }],
    },
  ])('matches every place as it was decided there: $name', ({ steps }) => {
    const book = play(steps);
    const at = (event: typeof order | typeof inquiry, seq: number) =>
      book.match('vendor-17', event, seq).subscriptionIds;
    expect(at(order, 9)).toEqual([]);
    expect(at(order, 11)).toEqual(['sub_1']);
    expect(at(order, 21)).toEqual([]);
    expect(at(inquiry, 21)).toEqual(['sub_1']);
    expect(at(inquiry, 31)).toEqual([]);
  });

  it('keeps matching while a subscription is paused', () => {
    const book = new RuleBook(0);
    book.applyControl(snapshot({ version: 1 }), 10, 0);
    book.applyControl(snapshot({ version: 2, status: 'paused' }), 20, 0);
    expect(book.match('vendor-17', order, 25).subscriptionIds).toEqual(['sub_1']);
  });

  it('matches subscriptions of its own tenant only', () => {
    const book = new RuleBook(0);
    book.applyControl(snapshot({ tenantId: 'vendor-18' }), 10, 0);
    expect(book.match('vendor-17', order, 25).subscriptionIds).toEqual([]);
  });

  it('says that nothing changed for a version it has', () => {
    const book = new RuleBook(0);
    expect(book.applyControl(snapshot(), 10, 0)).toBeDefined();
    expect(book.applyControl(snapshot(), 40, 0)).toBeUndefined();
    expect(
      book.join({ snapshot: snapshot(), matching: [{ sinceSeq: 10, filter: forOrders }] }),
    ).toBeUndefined();
  });

  it('drops entries that no event can ask for any more', () => {
    const book = new RuleBook(0);
    book.applyControl(versions[0]!, 10, 0);
    book.applyControl(versions[1]!, 20, 0);
    expect(book.applyControl(versions[2]!, 30, 25)?.matching).toEqual(history.slice(1));
  });

  it('keeps no secret', () => {
    const rule = new RuleBook(0).applyControl(snapshot({ headers: { 'x-token': 'tok' } }), 10, 0);
    expect(JSON.stringify(rule)).not.toMatch(/sealed|secret|tok/);
  });

  it.each([
    { name: 'a brutlers subscription', profile: 'brutlers' as const, gone: true },
    { name: 'a standard subscription', profile: 'standard' as const, gone: false },
  ])('deleting $name: logs gone is $gone', ({ profile, gone }) => {
    const book = new RuleBook(0);
    book.applyControl(snapshot({ profile }), 10, 0);
    book.applyControl(snapshot({ profile, version: 2, status: 'deleted' }), 20, 0);
    expect(book.isGone('vendor-17', 'sub_1')).toBe(gone);
    // Where the logs are gone, an event before the deletion is not written down for it again.
    expect(book.match('vendor-17', order, 15).subscriptionIds).toEqual(gone ? [] : ['sub_1']);
    expect(book.match('vendor-17', order, 25).subscriptionIds).toEqual([]);
  });

  it('forgets a deleted subscription only', () => {
    const book = new RuleBook(0);
    book.applyControl(snapshot(), 10, 0);
    expect(book.forget('vendor-17', 'sub_1')).toBe(false);
    book.applyControl(snapshot({ version: 2, status: 'deleted' }), 20, 0);
    expect(book.forget('vendor-17', 'sub_1')).toBe(true);
    expect(book.isGone('vendor-17', 'sub_1')).toBe(false);
  });
});

it('follows changes of one of many subscriptions', () => {
  const book = new RuleBook(0);
  const change = (id: number, version: number, filter: { types: string[] }, more = {}): unknown =>
    book.applyControl(snapshot({ id: `sub_${id}`, version, filter, ...more }), 10 * version, 0);
  for (const id of [1, 2, 3, 4, 5, 6]) change(id, 1, id === 1 ? forOrders : forInquiries);
  const gets = (seq: number): string[] => book.match('vendor-17', order, seq).subscriptionIds;
  expect([gets(11), book.asks('vendor-17', 'order.created')]).toEqual([['sub_1'], true]);
  change(2, 2, forOrders);
  expect([gets(21), gets(11)]).toEqual([['sub_1', 'sub_2'], ['sub_1']]);
  change(1, 3, forInquiries);
  change(2, 3, forInquiries, { status: 'disabled' });
  expect([gets(31), gets(21), book.asks('vendor-17', 'order.created')]).toEqual([
    [],
    ['sub_1', 'sub_2'],
    false,
  ]);
  change(2, 4, forInquiries, { status: 'deleted' });
  gets(21);
  expect(book.forget('vendor-17', 'sub_2')).toBe(true);
  expect(gets(21)).toEqual(['sub_1']);
});

describe('why nothing matched', () => {
  const book = new RuleBook(0);
  book.applyControl(snapshot({ id: 'sub_1' }), 10, 0);
  book.applyControl(snapshot({ id: 'sub_2', filter: { types: ['customer.created'] } }), 11, 0);
  book.applyControl(snapshot({ id: 'sub_3' }), 12, 0);
  book.applyControl(snapshot({ id: 'sub_3', version: 2, status: 'disabled' }), 13, 0);

  it.each([
    { tenantId: 'vendor-18', seq: 50, reason: 'no subscription matched: the tenant has none' },
    { tenantId: 'vendor-17', seq: 9, reason: 'no subscription matched: the tenant had none' },
    {
      tenantId: 'vendor-17',
      seq: 10,
      reason: 'no subscription matched: one asks for other events than inquiry.received',
    },
    {
      tenantId: 'vendor-17',
      seq: 50,
      reason: 'no subscription matched: 2 ask for other events than inquiry.received, one is disabled',
    },
  ])('$tenantId at $seq: $reason', ({ tenantId, seq, reason }) => {
    expect(book.match(tenantId, inquiry, seq)).toEqual({ subscriptionIds: [], reason });
  });

  it('says nothing where something matched', () => {
    expect(book.match('vendor-17', order, 50).reason).toBeNull();
  });
});
