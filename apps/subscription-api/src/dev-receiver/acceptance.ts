import type { HookEvent } from './hook-event.js';

/** The place of an event among those that were accepted. */
export type Place = {
  /** How many different events the hook had accepted with it. */
  nth: number;
  /** The same of its entity; null where the body names none. */
  nthOfEntity: number | null;
  /** Older, by its own timestamp, than one accepted before it: never so where order is strict. */
  isLate: boolean;
  /** Older than one of its own entity. */
  isLateOfEntity: boolean;
};

type EntitySeen = { count: number; newestMs: number };

const idsMax = 10_000;
const entitiesMax = 2_000;

/** What was accepted, for telling repeats and order. Bounded: the oldest ids and entities are forgotten. */
export class Acceptance {
  private readonly places = new Map<string, Place>();
  private readonly entities = new Map<string, EntitySeen>();
  private count = 0;
  private newestMs = -Infinity;

  has(webhookId: string): boolean {
    return this.places.has(webhookId);
  }

  /** A repeat keeps the place it had. Without an id everything is new. */
  accept(webhookId: string | null, event: HookEvent | null): Place {
    const known = webhookId === null ? undefined : this.places.get(webhookId);
    if (known) return known;
    const atMs = event?.timestamp ? Date.parse(event.timestamp) : NaN;
    this.count++;
    const isLate = atMs < this.newestMs;
    if (atMs > this.newestMs) this.newestMs = atMs;
    const place = { nth: this.count, isLate, ...this.ofEntity(event, atMs) };
    if (webhookId !== null) keep(this.places, webhookId, place, idsMax);
    return place;
  }

  private ofEntity(event: HookEvent | null, atMs: number): Pick<Place, 'nthOfEntity' | 'isLateOfEntity'> {
    if (!event?.entity) return { nthOfEntity: null, isLateOfEntity: false };
    const key = JSON.stringify([event.entity.name, event.entity.id]);
    const seen = this.entities.get(key) ?? { count: 0, newestMs: -Infinity };
    const isLateOfEntity = atMs < seen.newestMs;
    const next = { count: seen.count + 1, newestMs: atMs > seen.newestMs ? atMs : seen.newestMs };
    this.entities.delete(key);
    keep(this.entities, key, next, entitiesMax);
    return { nthOfEntity: next.count, isLateOfEntity };
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  map.set(key, value);
  if (map.size > max) map.delete(map.keys().next().value!);
}
