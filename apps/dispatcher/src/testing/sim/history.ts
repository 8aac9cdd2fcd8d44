import { laneKey, type EventMessage, type SubscriptionSnapshot } from '@posthorn/contracts';
import { compileFilter, type Filter } from '@posthorn/domain';
import { murmur2 } from '@posthorn/messaging';
import { pairKey } from './broker.js';

/** In force behind `since`: that is before `seq` where a subscription begins in the past. */
type Control = { seq: number; since: number; snapshot: SubscriptionSnapshot };
export type Published = { seq: number; event: EventMessage; at: number; repeats: number | undefined };
export type ReplayOrder = {
  seq: number;
  replayId: string;
  subscriptionId: string;
  from: number;
  until: number;
};

/** An event that has to reach a subscription, by the history of its filter. */
export type Pair = {
  key: string;
  seq: number;
  subscriptionId: string;
  tenantId: string;
  /** The lane's key in `cursors`. */
  lane: string;
  ordered: boolean;
  replayId: string;
  /** Where its subscription was made, if that was after the event. */
  madeAt?: number;
};

/**
 * What was published, and what follows from it for every subscription: the rules, said once more and simply.
 */
export class History {
  readonly published = new Map<number, Published>();
  readonly pairs: Pair[] = [];
  readonly replays: ReplayOrder[] = [];
  /** Snapshots that took effect, by subscription, oldest first. */
  private readonly controls = new Map<string, Control[]>();
  private readonly firstSeqs = new Map<string, number>();

  event(seq: number, event: EventMessage, at: number): void {
    const repeats = this.firstSeqs.get(event.id);
    if (repeats === undefined) this.firstSeqs.set(event.id, seq);
    this.published.set(seq, { seq, event, at, repeats });
    if (repeats !== undefined) return;
    for (const subscriptionId of this.controls.keys()) {
      if (this.matches(subscriptionId, event, seq)) this.pairs.push(this.pair(subscriptionId, event, seq));
    }
  }

  control(seq: number, snapshot: SubscriptionSnapshot, startSeq = seq): void {
    const known = this.controls.get(snapshot.id) ?? [];
    this.controls.set(snapshot.id, known);
    const last = known.at(-1);
    if (last && last.snapshot.version >= snapshot.version) return;
    known.push({ seq, since: last ? seq : Math.min(seq, startSeq - 1), snapshot });
    if (last) return;
    for (const { seq: earlier, event, repeats } of this.published.values()) {
      if (repeats !== undefined || !this.matches(snapshot.id, event, earlier)) continue;
      this.pairs.push({ ...this.pair(snapshot.id, event, earlier), madeAt: seq });
    }
  }

  /** What a replay has to deliver whatever the moment at which its filter is asked. */
  replay(order: ReplayOrder): void {
    this.replays.push(order);
    for (const { seq, event, repeats } of this.published.values()) {
      if (repeats !== undefined || seq < order.from || seq >= order.until) continue;
      if (!this.matches(order.subscriptionId, event, order.seq)) continue;
      this.pairs.push(this.pair(order.subscriptionId, event, seq, order.replayId));
    }
  }

  subscriptionIds(): string[] {
    return [...this.controls.keys()];
  }

  /** The snapshot in force at `seq`. */
  at(subscriptionId: string, seq: number): SubscriptionSnapshot | undefined {
    return this.controls.get(subscriptionId)?.findLast(({ since }) => since < seq)?.snapshot;
  }

  controlsOf(subscriptionId: string): readonly Control[] {
    return this.controls.get(subscriptionId) ?? [];
  }

  matches(subscriptionId: string, event: EventMessage, seq: number): boolean {
    const snapshot = this.at(subscriptionId, seq);
    if (!snapshot || snapshot.tenantId !== event.tenantId || !active(snapshot)) return false;
    return compileFilter(snapshot.filter as Filter)(event);
  }

  /** Where a disabling or deleting snapshot dropped what waited from before it; undefined where none did. */
  droppedAt({ subscriptionId, seq }: Pair, from = seq): number | undefined {
    const dropping = (control: Control): boolean => control.seq > from && !active(control.snapshot);
    return this.controls.get(subscriptionId)?.find(dropping)?.seq;
  }

  private pair(subscriptionId: string, event: EventMessage, seq: number, replayId = ''): Pair {
    const { tenantId, ordering } = this.controls.get(subscriptionId)![0].snapshot;
    const name = replayId ? `replay/${replayId}` : laneName(ordering, event);
    return {
      key: pairKey(subscriptionId, seq, replayId),
      seq,
      subscriptionId,
      tenantId,
      lane: laneKey(tenantId, subscriptionId, name),
      ordered: ordering !== 'unordered',
      replayId,
    };
  }
}

export function active({ status }: SubscriptionSnapshot): boolean {
  return status === 'active' || status === 'paused';
}

function laneName(ordering: SubscriptionSnapshot['ordering'], { entity, id }: EventMessage): string {
  if (ordering !== 'per-entity') return '0';
  return String((murmur2(Buffer.from(entity?.id ?? id)) & 0x7fffffff) % 64);
}
