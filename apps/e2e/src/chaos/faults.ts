import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.js';
import type { Random } from './random.js';
import type { StoreName, Stores } from './stores.js';

/** `kill`: kill -9, and started again after `forMs`. `freeze`: SIGSTOP, and SIGCONT after `forMs`. */
export type Fault = { atMs: number; kind: 'kill' | 'freeze'; target: string; forMs: number };

export type FaultPlan = {
  lengthMs: number;
  /** From one fault to the next. */
  everyMs: readonly [number, number];
  /** Names of services that are killed. */
  services: readonly string[];
  /** Names of services that are frozen, too. */
  frozen: readonly string[];
  /** Longer than this, a frozen one has lost its session. */
  sessionTimeoutMs: number;
};

const storeNames: readonly StoreName[] = ['kafka', 'postgres'];

/** Between the end of one store's fault and the next one's: time to use it, not only to start it. */
const storeRestMs = 8_000;

/** Every fault there is in a random order, then all of them in another one, until the time is over. */
export function planFaults(random: Random, plan: FaultPlan): Fault[] {
  const faults: Fault[] = [];
  let deck: Pick<Fault, 'kind' | 'target'>[] = [];
  for (let atMs = plan.everyMs[0] / 2; ; atMs += random.between(...plan.everyMs)) {
    if (deck.length === 0) deck = random.shuffled(everyFault(plan));
    const fault = deck.pop()!;
    const [low, high] =
      fault.kind === 'freeze' ? [plan.sessionTimeoutMs + 1_500, plan.sessionTimeoutMs + 6_000] : [0, 4_000];
    const forMs = Math.round(random.between(low, high));
    if (atMs > plan.lengthMs) return faults;
    // What would not be over in time has no place; a shorter one may.
    if (atMs + forMs > plan.lengthMs) continue;
    faults.push({ ...fault, atMs: Math.round(atMs), forMs });
  }
}

function everyFault({ services, frozen }: FaultPlan): Pick<Fault, 'kind' | 'target'>[] {
  return [
    ...[...services, ...storeNames].map((target) => ({ kind: 'kill' as const, target })),
    ...frozen.map((target) => ({ kind: 'freeze' as const, target })),
  ];
}

/**
 * Carries out a plan: faults of different processes overlap, those of one process follow each other, and
 * never are both stores down.
 */
export class Faults {
  private readonly busy = new Map<string, Promise<void>>();
  private storeUpAtMs = -Infinity;
  private untilMs = Infinity;
  readonly done = new Map<string, number>();

  constructor(
    private readonly fleet: Fleet,
    private readonly stores: Stores,
    private readonly say: (line: string) => void,
  ) {}

  /** Resolves when the last one is over: everything runs again, or at least starts. */
  async carryOut(faults: readonly Fault[], lengthMs: number, stopped: () => boolean): Promise<void> {
    const startedMs = performance.now();
    this.untilMs = startedMs + lengthMs;
    for (const fault of faults) {
      await sleep(Math.max(0, startedMs + fault.atMs - performance.now()));
      if (stopped()) break;
      this.queue(fault);
    }
    await Promise.all(this.busy.values());
  }

  get kills(): number {
    return [...this.done.values()].reduce((sum, count) => sum + count, 0);
  }

  private queue(fault: Fault): void {
    const isStore = storeNames.includes(fault.target as StoreName);
    const turn = isStore ? 'stores' : fault.target;
    const before = this.busy.get(turn) ?? Promise.resolve();
    this.busy.set(
      turn,
      before.then(() => (isStore ? this.killStore(fault) : this.disturb(fault))),
    );
  }

  private async disturb({ kind, target, forMs }: Fault): Promise<void> {
    const service = this.fleet.named(target);
    this.note(kind, target, forMs);
    if (kind === 'freeze') {
      service.freeze();
      await sleep(forMs);
      service.thaw();
      return;
    }
    await service.kill();
    await sleep(forMs);
    service.start();
  }

  private async killStore({ kind, target, forMs }: Fault): Promise<void> {
    await sleep(Math.max(0, this.storeUpAtMs + storeRestMs - performance.now()));
    // A slow machine takes so long to start a store that not every one of its faults has a place.
    if (performance.now() > this.untilMs) return;
    this.note(kind, target, forMs);
    await this.stores.kill(target as StoreName);
    await sleep(forMs);
    await this.stores.start(target as StoreName);
    this.storeUpAtMs = performance.now();
    this.say(`${target} serves again`);
  }

  private note(kind: Fault['kind'], target: string, forMs: number): void {
    const what = `${kind === 'kill' ? 'kill -9' : 'SIGSTOP'} ${target}`;
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
    this.say(`${what}, for ${(forMs / 1_000).toFixed(1)} s`);
  }
}
