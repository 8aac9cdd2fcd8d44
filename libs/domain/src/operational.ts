import { eventId } from './ids.js';

/** What Posthorn itself tells a tenant that asks for it. */
export type OperationalType =
  | 'posthorn.subscription.failing'
  | 'posthorn.subscription.recovered'
  | 'posthorn.subscription.disabled'
  | 'posthorn.delivery.failed';

/** An ordinary event of the tenant's log. */
export type OperationalEvent = {
  kind: 'event';
  id: string;
  tenantId: string;
  type: OperationalType;
  entity: { name: 'subscription' | 'delivery'; id: string };
  timestamp: string;
  acceptedAt: number;
  data: Buffer;
};

const prefix = 'posthorn.';

/** Publishers cannot use such types. */
export function isOperationalType(type: string): boolean {
  return type.startsWith(prefix);
}

/**
 * Whoever says the same `occurrence` of an entity again says it under the same id: repeats are known by it.
 */
export function operationalEvent(
  type: OperationalType,
  about: { tenantId: string; entityId: string; occurrence: string; data: object },
  { atMs, nowMs }: { atMs: number; nowMs: number },
): OperationalEvent {
  const { tenantId, entityId, occurrence, data } = about;
  return {
    kind: 'event',
    id: eventId({ tenantId, operational: [type, entityId, occurrence] }),
    tenantId,
    type,
    entity: { name: type === 'posthorn.delivery.failed' ? 'delivery' : 'subscription', id: entityId },
    timestamp: new Date(atMs).toISOString(),
    acceptedAt: nowMs,
    data: Buffer.from(JSON.stringify(data)),
  };
}
