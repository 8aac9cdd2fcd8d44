import kafkajs, { type Assigner, type Cluster, type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol } = kafkajs;

/** What a member had: units it claims, and the generation in which it got them. */
export type StickyMember = { id: string; owned: readonly string[]; generation: number };

/**
 * Every unit to exactly one member, balanced within one, with as few moves as balance allows: who has more
 * than others may keep one more, who has too much gives away its last units, who has too little takes them.
 * The same input gives the same answer, whatever the order of members and units.
 */
export function assignSticky(
  members: readonly StickyMember[],
  units: readonly string[],
): Map<string, string[]> {
  const ids = members.map(({ id }) => id).sort(byText);
  const kept = currentOwners(members, units);
  const quotas = quotasOf(ids, kept, units.length);
  const free = new Set(units);
  for (const id of ids) {
    const keeps = (kept.get(id) ?? []).slice(0, quotas.get(id));
    kept.set(id, keeps);
    for (const unit of keeps) free.delete(unit);
  }
  const pool = [...free].sort(compare);
  for (const id of ids) {
    const mine = kept.get(id) as string[];
    mine.push(...pool.splice(0, (quotas.get(id) as number) - mine.length));
    mine.sort(compare);
  }
  return kept;
}

/** Two may claim one unit when one of them slept through a rebalance: the younger claim holds. */
function currentOwners(members: readonly StickyMember[], units: readonly string[]): Map<string, string[]> {
  const claimable = new Set(units);
  const kept = new Map<string, string[]>();
  const newestFirst = [...members].sort((a, b) => b.generation - a.generation || byText(a.id, b.id));
  for (const { id, owned } of newestFirst) {
    kept.set(
      id,
      [...owned].sort(compare).filter((unit) => claimable.delete(unit)),
    );
  }
  return kept;
}

/** The larger quotas go to those who have most, so that nobody gives away a unit which it could have kept. */
function quotasOf(ids: string[], kept: Map<string, string[]>, units: number): Map<string, number> {
  const base = Math.floor(units / Math.max(ids.length, 1));
  let extra = units - base * ids.length;
  const has = (id: string) => kept.get(id)?.length ?? 0;
  const mostFirst = [...ids].sort((a, b) => has(b) - has(a) || byText(a, b));
  return new Map(mostFirst.map((id) => [id, extra-- > 0 ? base + 1 : base]));
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Numbers by value, so that partition 10 comes after 9. */
function compare(a: string, b: string): number {
  const [textA, numberA] = splitUnit(a);
  const [textB, numberB] = splitUnit(b);
  if (textA !== textB) return textA < textB ? -1 : 1;
  return numberA - numberB;
}

function splitUnit(unit: string): [string, number] {
  const at = unit.lastIndexOf('/');
  const number = at < 0 ? NaN : Number(unit.slice(at + 1));
  return Number.isInteger(number) ? [unit.slice(0, at), number] : [unit, 0];
}

export type StickyAssignerOptions = {
  /**
   * One member has all topics of a partition number: `/<partition>` is the unit, not `<topic>/<partition>`.
   */
  coPartitioned: boolean;
  /** What this member has now; asked at every join. */
  current: () => { assignment: Map<string, number[]>; generation: number };
};

type UserData = { g: number; u: string[] };

/** The kafkajs side: members tell the leader what they have, in the user data of their subscription. */
export function stickyAssigner({ coPartitioned, current }: StickyAssignerOptions): PartitionAssigner {
  const unitOf = (topic: string, partition: number) =>
    coPartitioned ? `/${partition}` : `${topic}/${partition}`;
  return ({ cluster }): Assigner => ({
    name: coPartitioned ? 'sticky-copartition' : 'sticky',
    version: 1,
    protocol({ topics }) {
      const { assignment, generation } = current();
      const units = new Set<string>();
      for (const [topic, partitions] of assignment) for (const p of partitions) units.add(unitOf(topic, p));
      const userData: UserData = { g: generation, u: [...units] };
      return {
        name: this.name,
        metadata: AssignerProtocol.MemberMetadata.encode({
          version: this.version,
          topics,
          userData: Buffer.from(JSON.stringify(userData)),
        }),
      };
    },
    async assign({ members, topics }) {
      const decoded = members.map(({ memberId, memberMetadata }) => memberOf(memberId, memberMetadata));
      // A member of another release may read a topic that the leader does not.
      const all = [...new Set([...topics, ...decoded.flatMap((member) => member.topics)])].sort();
      const partitions = await partitionsOf(cluster, all);
      const units = new Set(
        [...partitions].flatMap(([topic, count]) => range(count).map((p) => unitOf(topic, p))),
      );
      const assigned = assignSticky(decoded, [...units]);
      return decoded.map(({ id, topics: reads }) => {
        const mine = new Set(assigned.get(id));
        const assignment = Object.fromEntries(
          [...partitions]
            .filter(([topic]) => reads.includes(topic))
            .map(([topic, count]) => [topic, range(count).filter((p) => mine.has(unitOf(topic, p)))]),
        );
        return {
          memberId: id,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: this.version,
            assignment,
            userData: Buffer.alloc(0),
          }),
        };
      });
    },
  });
}

function memberOf(id: string, metadata: Buffer): StickyMember & { topics: string[] } {
  const decoded = AssignerProtocol.MemberMetadata.decode(metadata);
  const { g, u } = parseUserData(decoded?.userData);
  return { id, owned: u, generation: g, topics: decoded?.topics ?? [] };
}

function parseUserData(userData: Buffer | undefined): UserData {
  try {
    const { g, u } = JSON.parse(userData?.toString() ?? '') as UserData;
    if (Number.isInteger(g) && Array.isArray(u))
      return { g, u: u.filter((unit) => typeof unit === 'string') };
  } catch {
    // Another release's format: that member is taken to have nothing.
  }
  return { g: 0, u: [] };
}

async function partitionsOf(cluster: Cluster, topics: string[]): Promise<Map<string, number>> {
  await cluster.addMultipleTargetTopics(topics);
  return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
