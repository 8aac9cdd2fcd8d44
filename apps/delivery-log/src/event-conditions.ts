import { storable } from './sql-values.js';

/** Of events, and of what was delivered of them: `from` and `to` are about when an event was accepted. */
export type EventCondition = {
  type?: string | undefined;
  entityName?: string | undefined;
  entityId?: string | undefined;
  from?: Date | undefined;
  /** Not included. */
  to?: Date | undefined;
};

/** By the last attempt's HTTP status; `none`: there was an attempt, and no response. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type StatusClass = (typeof statusClasses)[number];

export type Parameter = (value: unknown) => string;

/** For WHERE, about rows of `events` under that alias. */
export function eventConditions(alias: string, given: EventCondition, parameter: Parameter): string[] {
  const { type, entityName, entityId, from, to } = given;
  const where: string[] = [];
  if (type !== undefined) where.push(`${alias}.type = ${parameter(storable(type))}`);
  if (entityName !== undefined) where.push(`${alias}.entity_name = ${parameter(storable(entityName))}`);
  if (entityId !== undefined) where.push(`${alias}.entity_id = ${parameter(storable(entityId))}`);
  if (from !== undefined) where.push(`${alias}.accepted_at >= ${parameter(from)}`);
  if (to !== undefined) where.push(`${alias}.accepted_at < ${parameter(to)}`);
  return where;
}

/** For WHERE, about rows of `deliveries` under that alias. */
export function statusClassCondition(alias: string, statusClass: StatusClass): string {
  if (statusClass === '2xx') return `${alias}.last_status BETWEEN 200 AND 299`;
  // As the index has it: nothing else is ever delivered.
  const isClass = `coalesce(${alias}.last_status / 100, 0) = ${statusClass === 'none' ? 0 : statusClass[0]}`;
  return `${isClass} AND ${alias}.status <> 'delivered' AND ${alias}.attempts > 0`;
}
