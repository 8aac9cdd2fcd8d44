import fc from 'fast-check';
import { Lane } from './lane.js';
import type { LaneItem, LaneRecord } from './lane-record.js';

/**
 * The real lane on an in-memory log, window and cursors topic, against the rules of the models: receivers'
 * answers,
 * delayed acknowledgements, crashes with the old owner still sending, repeated and stale tokens, lag, pauses.
 */
const events = 12;
const policy = { delaysMs: [10, 20] };

type Durable = { next: number; bits: Set<number>; record: LaneRecord };
type Ack = { item: LaneItem<number>; retry: boolean };

class World {
  durable: Durable = { next: 0, bits: new Set(), record: { kind: 'live' } };
  readonly delivered = new Set<number>();
  readonly recorded = new Set<number>();
  readonly tokens: { cursor: number; attempt: number; dueAt: number }[] = [];
  now = 1_000;
  owner: Owner;
  zombie: Owner | undefined;
  takeovers = 0;

  constructor(readonly ordered: boolean) {
    this.owner = new Owner(this);
  }

  takeOver(): void {
    this.takeovers++;
    this.zombie = this.owner;
    this.zombie.fenced = true;
    this.owner = new Owner(this);
  }

  /** A first delivery of an ordered lane never overtakes. */
  deliver(seq: number): void {
    if (this.ordered && !this.delivered.has(seq)) {
      for (let before = 0; before < seq; before++) {
        const over = this.delivered.has(before) || this.recorded.has(before) || this.exhausted.has(before);
        if (!over) throw new Error(`order: ${seq} before ${before}`);
      }
    }
    this.delivered.add(seq);
  }

  readonly exhausted = new Set<number>();
  /** When a parked event's next attempt may start; a person who resumes lifts that. */
  readonly dueAt = new Map<string, number>();

  resume(): void {
    this.dueAt.clear();
    this.owner.lane.resume();
  }

  check(): void {
    const { next, bits, record } = this.durable;
    for (let seq = 0; seq < events; seq++) {
      if (this.recorded.has(seq)) continue;
      const covered = record.kind !== 'live' && record.cursor <= seq;
      if ((seq < next || bits.has(seq)) && !covered)
        throw new Error(`lost ${seq}: window ${next}, ${JSON.stringify(record)}`);
      if (record.kind !== 'live' && seq < record.cursor)
        throw new Error(`cursor ${record.cursor} is past unrecorded ${seq}`);
    }
  }
}

class Owner {
  fenced = false;
  position: number;
  readonly open = new Set<number>();
  readonly loadedBits: Set<number>;
  readonly loadedEnd: number;
  bytes = 0;
  readonly flying: LaneItem<number>[] = [];
  readonly acks: Ack[] = [];
  readonly lane: Lane<number>;
  transaction: { record: LaneRecord | undefined; next: number; bits: Set<number> } | undefined;

  constructor(readonly world: World) {
    const { next, bits, record } = world.durable;
    this.position = next;
    this.loadedBits = new Set(bits);
    this.loadedEnd = bits.size > 0 ? Math.max(...bits) + 1 : 0;
    const effects = {
      release: (seq: number): void => {
        if (!this.open.delete(seq)) throw new Error(`released ${seq}, which nobody held`);
      },
      position: () => this.position,
      dirty: () => undefined,
      buffered: (_: unknown, bytes: number): void => void (this.bytes += bytes),
    };
    const settings = {
      ordered: world.ordered,
      inFlightMax: 2,
      eventsMax: 3,
      bytesMax: 1e6,
      breakerFailures: 2,
    };
    this.lane = new Lane<number>(settings, effects, record);
  }

  actions(): Record<string, () => void> {
    const { lane, world } = this;
    const actions: Record<string, () => void> = {};
    if (this.position < events) actions.read = () => this.read();
    if (lane.canStart(world.now)) actions.start = () => this.start();
    if (lane.startsAt > world.now) actions.wait = () => void (world.now = lane.startsAt);
    if (this.flying.length > 0) {
      actions.succeed = () => this.succeed(this.flying.shift()!);
      actions.succeedLast = () => this.succeed(this.flying.pop()!);
      actions.fail = () => this.fail(this.flying.shift()!);
    }
    // A fenced owner may still send for a moment; what it writes to cursors goes nowhere.
    if (this.acks.length > 0) actions.ack = () => this.ack(this.acks.shift()!);
    if (this.fenced) return actions;
    if (!this.transaction) {
      actions.write = () => this.write(this.lane.takeRecord());
      actions.writeWindow = () => this.write(undefined);
    }
    if (this.transaction) actions.commit = () => this.commit();
    if (lane.wantsRead !== undefined) actions.catchUp = () => this.catchUp();
    if (world.tokens.length > 0) {
      actions.due = () => void lane.due(world.tokens.at(-1)!);
      actions.waitDue = () => void (world.now = Math.max(world.now, world.tokens.at(-1)!.dueAt));
      actions.staleDue = () => void lane.due(world.tokens[0]);
    }
    actions.checkpoint = () => {
      world.now += 1_000;
      lane.checkpoint(true);
    };
    return actions;
  }

  read(): void {
    const seq = this.position;
    if (!this.loadedBits.has(seq) && this.lane.offer(seq, seq, 1)) this.open.add(seq);
    this.position = seq + 1;
  }

  start(): void {
    const item = this.lane.start();
    const dueAt = this.world.dueAt.get(`${item.seq}/${item.attempt}`) ?? 0;
    if (this.world.now < dueAt) throw new Error(`early: ${item.seq} at ${this.world.now}, due at ${dueAt}`);
    this.flying.push(item);
  }

  succeed(item: LaneItem<number>): void {
    this.world.deliver(item.seq);
    this.lane.finished(item, true);
    this.acks.push({ item, retry: false });
  }

  fail(item: LaneItem<number>): void {
    const after = this.lane.failed(item, policy, {
      now: this.world.now,
      random: 0.5,
      retryAfterMs: 0,
      gone: false,
      overload: this.world.now % 3 === 0,
    });
    if (after.kind === 'park') {
      if (!this.fenced) this.world.dueAt.set(`${item.seq}/${item.attempt + 1}`, after.dueAt);
      return;
    }
    if (after.kind === 'exhausted') this.world.exhausted.add(item.seq);
    this.acks.push({ item, retry: after.kind === 'retry' });
  }

  ack({ item }: Ack): void {
    this.world.recorded.add(item.seq);
    this.lane.recorded(item);
  }

  catchUp(): void {
    const from = this.lane.wantsRead!;
    const end = Math.min(from + 2, this.position);
    for (let seq = from; seq < end; seq++) if (!this.lane.feed(seq, seq, 1)) return;
    this.lane.fedUpTo(Math.max(from, end), this.loadedEnd);
  }

  write(record: LaneRecord | undefined): void {
    const bits = new Set<number>();
    let next = this.position;
    for (const seq of this.open) next = Math.min(next, seq);
    for (let seq = next; seq < this.position; seq++) if (!this.open.has(seq)) bits.add(seq);
    for (const seq of this.loadedBits) if (seq >= this.position) bits.add(seq);
    this.transaction = { record, next, bits };
  }

  commit(): void {
    const { record, next, bits } = this.transaction!;
    this.transaction = undefined;
    this.world.durable = { next, bits, record: record ?? this.world.durable.record };
    if (!record) return;
    if (record.kind === 'parked') this.world.tokens.push(record);
    this.lane.recordAcknowledged();
  }
}

/** Everything works from now on: what is left must come to its end. */
function converge(world: World): void {
  world.zombie = undefined;
  world.resume();
  for (let step = 0; step < 2_000; step++) {
    const { owner, durable } = world;
    const done = world.recorded.size === events && durable.next === events && durable.record.kind === 'live';
    if (done) return;
    const actions = owner.actions();
    for (const name of [
      'ack',
      'read',
      'start',
      'succeed',
      'wait',
      'due',
      'catchUp',
      'checkpoint',
      'write',
      'commit',
      'waitDue',
    ]) {
      owner.actions()[name]?.();
      world.check();
    }
    if (Object.keys(actions).length === 0) break;
  }
  throw new Error(`does not converge: ${JSON.stringify([world.durable, [...world.recorded]])}`);
}

function run(ordered: boolean, choices: readonly number[]): void {
  const world = new World(ordered);
  for (const choice of choices) {
    const actions: [string, () => void][] = Object.entries(world.owner.actions());
    if (world.zombie)
      for (const [name, act] of Object.entries(world.zombie.actions())) actions.push([`zombie.${name}`, act]);
    const { lane } = world.owner;
    if (world.takeovers < 3) actions.push(['takeOver', () => world.takeOver()]);
    actions.push(['lag', () => lane.lag()]);
    const failure = { now: world.now, random: 0.5, retryAfterMs: 0, gone: choice % 5 === 0, overload: false };
    actions.push(['retryFails', () => lane.retryFailed(policy, failure)]);
    actions.push(['retrySucceeds', () => lane.health.succeeded()]);
    if (choice % 7 === 0)
      actions.push(['pause', () => lane.pause(world.now + 1e6)], ['resume', () => world.resume()]);
    actions[choice % actions.length][1]();
    world.check();
    const bytes = lane.bufferedBytes + world.owner.flying.length;
    if (bytes !== world.owner.bytes && lane === world.owner.lane) throw new Error('bytes are miscounted');
  }
  converge(world);
}

it.each([
  ['ordered', true],
  ['unordered', false],
])('%s lanes lose nothing, keep their order and come to an end, whatever happens', (_name, ordered) => {
  const choices = fc.array(fc.nat(10_000), { minLength: 20, maxLength: 200 });
  fc.assert(
    fc.property(choices, (list) => run(ordered, list)),
    // The same runs for every change; the engine's simulation is where new ones are looked for.
    { numRuns: 5_000, seed: 20261123 },
  );
});
