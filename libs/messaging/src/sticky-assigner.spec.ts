import fc from 'fast-check';
import kafkajs, { type Cluster, type GroupMember } from 'kafkajs';
import { assignSticky, stickyAssigner, type StickyMember } from './sticky-assigner.js';

const { AssignerProtocol } = kafkajs;
const units = (count: number) => Array.from({ length: count }, (_, i) => `/${i}`);
const member = (id: string, owned: number[], generation = 1): StickyMember => ({
  id,
  owned: owned.map((p) => `/${p}`),
  generation,
});
const shown = (result: Map<string, string[]>) =>
  Object.fromEntries([...result].map(([id, mine]) => [id, mine.map((unit) => Number(unit.slice(1)))]));

it.each<[string, StickyMember[], number, Record<string, number[]>]>([
  ['one takes all', [member('a', [])], 4, { a: [0, 1, 2, 3] }],
  ['two begin', [member('a', []), member('b', [])], 4, { a: [0, 1], b: [2, 3] }],
  ['a second gets the last half', [member('a', [0, 1, 2, 3]), member('b', [])], 4, { a: [0, 1], b: [2, 3] }],
  [
    'a third gets the minimum',
    [member('a', [0, 1, 2, 3]), member('b', [4, 5, 6, 7]), member('c', [])],
    8,
    { a: [0, 1, 2], b: [4, 5, 6], c: [3, 7] },
  ],
  ['one leaves', [member('a', [0, 1]), member('c', [4, 5])], 6, { a: [0, 1, 2], c: [3, 4, 5] }],
  ['nothing changes', [member('b', [1, 3]), member('a', [0, 2])], 4, { a: [0, 2], b: [1, 3] }],
  [
    'more members than partitions',
    [member('a', []), member('b', [0]), member('c', [])],
    1,
    { a: [], b: [0], c: [] },
  ],
  ['the younger claim holds', [member('a', [0, 1], 3), member('b', [0, 1], 2)], 2, { a: [0], b: [1] }],
  [
    'of equal claims, the first by name',
    [member('/ ', [1], 2), member(' ', [1], 2)],
    2,
    { ' ': [1], '/ ': [0] },
  ],
  ['claims of what is no more', [member('a', [7, 8])], 2, { a: [0, 1] }],
  [
    'numbers, not texts',
    [member('a', [0, 1, 2, 10]), member('b', [])],
    11,
    {
      a: [0, 1, 2, 3, 4, 10],
      b: [5, 6, 7, 8, 9],
    },
  ],
])('%s', (_, members, count, expected) => {
  expect(shown(assignSticky(members, units(count)))).toEqual(expected);
});

it('is complete, balanced, deterministic, and moves no more than balance asks for', () => {
  const members = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 6 }),
      owned: fc.uniqueArray(fc.integer({ min: 0, max: 30 })),
      generation: fc.integer({ min: 0, max: 3 }),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(members, fc.integer({ min: 0, max: 30 }), (given, count) => {
      const input = given.map(({ id, owned, generation }) => member(id, owned, generation));
      const result = assignSticky(input, units(count));
      expect([...result.values()].flat().sort()).toEqual(units(count).sort());
      const sizes = [...result.values()].map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      expect(assignSticky([...input].reverse(), units(count).reverse())).toEqual(result);
      expect(assignSticky(again(result), units(count))).toEqual(result);
      expect(moved(input, result, count)).toBe(fewestMoves(input, count));
    }),
    { numRuns: 400 },
  );
});

function again(result: Map<string, string[]>): StickyMember[] {
  return [...result].map(([id, owned]) => ({ id, owned, generation: 9 }));
}

/** Who holds a unit after contested claims are decided. */
function ownersOf(input: StickyMember[], count: number): Map<string, string> {
  const owners = new Map<string, string>();
  const order = [...input].sort((a, b) => a.generation - b.generation || (a.id < b.id ? 1 : -1));
  for (const { id, owned } of order) {
    for (const unit of owned) if (Number(unit.slice(1)) < count) owners.set(unit, id);
  }
  return owners;
}

function moved(input: StickyMember[], result: Map<string, string[]>, count: number): number {
  return [...ownersOf(input, count)].filter(([unit, id]) => !result.get(id)?.includes(unit)).length;
}

/** With the best choice of who may have one more: what anybody has beyond their quota has to go. */
function fewestMoves(input: StickyMember[], count: number): number {
  const owners = [...ownersOf(input, count).values()];
  const held = input.map(({ id }) => owners.filter((owner) => owner === id).length).sort((a, b) => b - a);
  const base = Math.floor(count / input.length);
  const extra = count % input.length;
  return held.reduce((sum, have, i) => sum + Math.max(0, have - base - (i < extra ? 1 : 0)), 0);
}

describe('in the consumer protocol', () => {
  const partitions: Record<string, number> = { 't.events': 3, 't.due': 3, 't.new': 3 };
  const cluster = {
    addMultipleTargetTopics: async () => undefined,
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: partitions[topic] ?? 0 }, () => ({})),
  } as unknown as Cluster;

  function memberWith(id: string, coPartitioned: boolean, topics: string[], has: Record<string, number[]>) {
    const current = () => ({ assignment: new Map(Object.entries(has)), generation: 4 });
    const create = stickyAssigner({ coPartitioned, current });
    const assigner = create({ cluster, groupId: 'g', logger: undefined as never });
    const groupMember: GroupMember = { memberId: id, memberMetadata: assigner.protocol({ topics }).metadata };
    return { assigner, groupMember };
  }

  async function assigned(members: ReturnType<typeof memberWith>[], topics: string[]) {
    const [leader] = members;
    const all = members.map(({ groupMember }) => groupMember);
    const answers = await leader!.assigner.assign({ members: all, topics });
    return Object.fromEntries(
      answers.map(({ memberId, memberAssignment }) => [
        memberId,
        AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
      ]),
    );
  }

  it('keeps the same partition number of all topics together, and with who had it', async () => {
    const topics = ['t.events', 't.due'];
    const a = memberWith('a', true, topics, {});
    const b = memberWith('b', true, topics, { 't.events': [0, 2], 't.due': [0, 2] });
    expect(await assigned([a, b], topics)).toEqual({
      a: { 't.due': [1], 't.events': [1] },
      b: { 't.due': [0, 2], 't.events': [0, 2] },
    });
  });

  it('spreads every topic by itself otherwise', async () => {
    const topics = ['t.events', 't.due'];
    const a = memberWith('a', false, topics, { 't.events': [0, 1, 2] });
    const b = memberWith('b', false, topics, {});
    expect(await assigned([a, b], topics)).toEqual({
      a: { 't.due': [], 't.events': [0, 1, 2] },
      b: { 't.due': [0, 1, 2], 't.events': [] },
    });
  });

  it('gives a member only topics that it reads, while two releases run side by side', async () => {
    const old = memberWith('a', true, ['t.events'], { 't.events': [0, 1, 2] });
    const fresh = memberWith('b', true, ['t.events', 't.new'], {});
    expect(await assigned([old, fresh], ['t.events'])).toEqual({
      a: { 't.events': [0, 1] },
      b: { 't.events': [2], 't.new': [2] },
    });
  });

  it('takes user data that it cannot read for nothing', async () => {
    const { assigner } = memberWith('a', true, ['t.events'], {});
    const metadata = { version: 1, topics: ['t.events'], userData: Buffer.from('{"x":1}') };
    const strange = { memberId: 'x', memberMetadata: AssignerProtocol.MemberMetadata.encode(metadata) };
    const [answer] = await assigner.assign({ members: [strange], topics: ['t.events'] });
    expect(AssignerProtocol.MemberAssignment.decode(answer!.memberAssignment)?.assignment).toEqual({
      't.events': [0, 1, 2],
    });
  });
});
