import type { Transaction } from '@posthorn/runtime';
import { type SeqRange, seqRangeOf } from './log-minutes.js';
import { storable } from './sql-values.js';

/** Of events, and of what was delivered of them: `from` and `to` are about when an event was accepted. */
export type EventCondition = {
  type?: string | undefined;
  entityName?: string | undefined;
  entityId?: string | undefined;
  from?: Date | undefined;
  /** Not included. */
  to?: Date | undefined;
  /** What `from` and `to` are in the log: by these it is found, by those decided. */
  seqs?: SeqRange | undefined;
};

/** Looks the range of time up, where there is one. */
export async function placed<T extends EventCondition>(
  db: Transaction,
  tenantId: string,
  given: T,
): Promise<T> {
  const { from, to } = given;
  if (from === undefined && to === undefined) return given;
  const seqs = await seqRangeOf(db, storable(tenantId), { fromMs: from?.getTime(), untilMs: to?.getTime() });
  return { ...given, seqs };
}

/** By the last attempt's HTTP status; `none`: there was an attempt, and no response. */
export const statusClasses = ['2xx', '3xx', '4xx', '5xx', 'none'] as const;
export type StatusClass = (typeof statusClasses)[number];

export type Parameter = (value: unknown) => string;

/** For WHERE, about rows of `events` under that alias. */
export function eventConditions(alias: string, given: EventCondition, parameter: Parameter): string[] {
  const { type, entityName, entityId, from, to } = given;
  const where = seqConditions(alias, given, parameter);
  if (type !== undefined) where.push(`${alias}.type = ${parameter(storable(type))}`);
  if (entityName !== undefined) where.push(`${alias}.entity_name = ${parameter(storable(entityName))}`);
  if (entityId !== undefined) where.push(`${alias}.entity_id = ${parameter(storable(entityId))}`);
  if (from !== undefined) where.push(`${alias}.accepted_at >= ${parameter(from)}`);
  if (to !== undefined) where.push(`${alias}.accepted_at < ${parameter(to)}`);
  return where;
}

/** For WHERE, about rows of either table under that alias. */
export function seqConditions(
  alias: string,
  { from, to, seqs }: EventCondition,
  parameter: Parameter,
): string[] {
  const where: string[] = [];
  if (seqs && from) where.push(`${alias}.seq >= ${parameter(seqs.fromSeq)}`);
  if (seqs && to) where.push(`${alias}.seq < ${parameter(seqs.untilSeq)}`);
  return where;
}

/** For WHERE, about rows of `deliveries` under that alias. Whatever was delivered was answered by a 2xx. */
export function statusClassCondition(alias: string, statusClass: StatusClass): string {
  if (statusClass === '2xx') return `${alias}.last_status BETWEEN 200 AND 299`;
  const [number, more] = statusClass === 'none' ? ['0', ` AND ${alias}.attempts > 0`] : [statusClass[0], ''];
  // As the index says it.
  return `${alias}.status <> 'delivered' AND coalesce(${alias}.last_status / 100, 0) = ${number}${more}`;
}
