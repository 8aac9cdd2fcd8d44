import { type DeliveryFilter, statusFilters } from './delivery-rows.js';
import { type EventCondition, statusClasses } from './event-conditions.js';
import type { EventFilter } from './event.store.js';
import { decodeCursor, instantOf, invalid, limitOf, oneOf } from './page.js';

/** Every parameter as a text, or as several where a caller repeats it. */
export type ListQuery = Partial<Record<string, unknown>>;

/** @throws AppError `invalid` */
export function eventFilterOf(tenantId: string, query: ListQuery): EventFilter {
  return {
    ...{ tenantId, ...conditionsOf(query), type: textOf(query, 'type'), id: textOf(query, 'id') },
    ...{ limit: limitOf(textOf(query, 'limit')), after: decodeCursor(textOf(query, 'cursor')) },
  };
}

/** @throws AppError `invalid` */
export function deliveryFilterOf(tenantId: string, query: ListQuery): DeliveryFilter {
  return {
    tenantId,
    subscriptionId: textOf(query, 'subscriptionId'),
    eventId: textOf(query, 'eventId'),
    status: oneOf('status', textOf(query, 'status'), statusFilters),
    statusClass: oneOf('statusClass', textOf(query, 'statusClass'), statusClasses),
    event: { ...conditionsOf(query), type: textOf(query, 'eventType') },
    limit: limitOf(textOf(query, 'limit')),
    after: decodeCursor(textOf(query, 'cursor')),
  };
}

/** A parameter that is empty is as good as none. @throws AppError `invalid` where it was given twice */
export function textOf(query: ListQuery, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw invalid(name, 'is given twice');
}

function conditionsOf(query: ListQuery): EventCondition {
  return {
    entityName: textOf(query, 'entityName'),
    entityId: textOf(query, 'entityId'),
    from: instantOf('from', textOf(query, 'from')),
    to: instantOf('to', textOf(query, 'to')),
  };
}
