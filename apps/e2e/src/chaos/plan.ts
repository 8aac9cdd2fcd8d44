import type { ScriptName } from './script.js';

export type Ordering = 'strict' | 'per-entity' | 'unordered';
export type Stream = 'http' | 'inbox';

/** One tenant of the run: what is published for it, and how its receivers behave. */
export type TenantPlan = {
  index: number;
  profile: 'brutlers' | 'brz365' | 'standard';
  ordering: Ordering;
  eventType: string;
  entityName: string;
  /** Events belong to this many entities in turn. */
  entities: number;
  /** Where the events of an entity are published; those of one stream one after the other. */
  streamOf(n: number): Stream;
  /** One subscription each. */
  scripts: readonly ScriptName[];
};

const kinds: readonly Pick<TenantPlan, 'profile' | 'ordering' | 'eventType' | 'entityName'>[] = [
  { profile: 'brz365', ordering: 'strict', eventType: 'Order.change', entityName: 'Order' },
  { profile: 'standard', ordering: 'strict', eventType: 'stock.changed', entityName: 'article' },
  { profile: 'standard', ordering: 'per-entity', eventType: 'stock.changed', entityName: 'article' },
  { profile: 'brutlers', ordering: 'unordered', eventType: 'order.status_changed', entityName: 'order' },
  { profile: 'standard', ordering: 'unordered', eventType: 'stock.changed', entityName: 'article' },
];

const scripts: readonly (readonly ScriptName[])[] = [['ok'], ['flaky', 'ok'], ['dead'], ['marked']];

/**
 * Every kind of tenant with every script. A strict tenant's events come one after the other by one way; of
 * the others, those of every second entity come by the other way at the same time.
 */
export function planTenants(count: number): TenantPlan[] {
  return Array.from({ length: count }, (_, index): TenantPlan => {
    const kind = kinds[index % kinds.length];
    const entities = 30;
    const own: Stream = index % 2 === 0 ? 'http' : 'inbox';
    const byEntity = (n: number): Stream => ((n % entities) % 2 === 0 ? 'http' : 'inbox');
    return {
      ...kind,
      index,
      entities,
      streamOf: kind.ordering === 'strict' ? () => own : byEntity,
      scripts: scripts[Math.floor(index / kinds.length) % scripts.length],
    };
  });
}

/** Within how many lanes a subscription of that ordering promises order; 0: none. */
export function lanesOf({ ordering, entities }: TenantPlan): number {
  if (ordering === 'strict') return 1;
  return ordering === 'per-entity' ? entities : 0;
}

/** Every profile's body shows the event's timestamp as it was published, so that is what numbers it. */
const firstMs = Date.parse('2026-04-15T10:00:00.000Z');

export function timestampOf(n: number): string {
  return new Date(firstMs + n).toISOString();
}

export function numberOf(timestamp: string): number {
  return Date.parse(timestamp) - firstMs;
}

/** The event in the publisher's format; its id makes a repeated publish harmless. */
export function eventOf(tenant: TenantPlan, tenantId: string, n: number): object {
  const { eventType: type, entityName: name, entities } = tenant;
  const entity = { name, id: `${name}-${n % entities}` };
  return { tenantId, type, entity, timestamp: timestampOf(n), id: `chaos-${n}`, data: { n, note } };
}

const note = 'An event of ordinary size carries a few hundred bytes of what happened. '.repeat(4);
