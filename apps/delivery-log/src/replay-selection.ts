import type { Statement } from './delivery-rows.js';
import { eventConditions } from './event-conditions.js';
import { isNoRepeat } from './repeats.js';
import { type ReplayWish, typePattern } from './replay.js';
import { storable } from './sql-values.js';

export type Selection = ReplayWish & {
  tenantId: string;
  fromSeq: number;
  /** Not included. */
  untilSeq: number;
  /** What failed later is not part of it. */
  orderedAt: Date;
};

/** Offsets of the events that are meant, in their order; repeats are not among them. */
export function selectionOf(selection: Selection): Statement {
  const params: unknown[] = [];
  const parameter = (value: unknown): string => `$${params.push(value)}`;
  const sql = selection.kind === 'range' ? rangeOf(selection, parameter) : failuresOf(selection, parameter);
  return { sql, params };
}

type Parameter = (value: unknown) => string;

function rangeOf(selection: Selection, parameter: Parameter): string {
  const tenant = parameter(storable(selection.tenantId));
  const subscription = parameter(storable(selection.subscriptionId));
  const where = [
    `e.tenant_id = ${tenant}`,
    `e.seq >= ${parameter(selection.fromSeq)}`,
    `e.seq < ${parameter(selection.untilSeq)}`,
    `e.matched @> ARRAY[${subscription}]::text[]`,
    ...aboutEvents(selection, parameter),
    isNoRepeat(tenant, subscription),
  ];
  return `SELECT e.seq FROM events e WHERE ${where.join(' AND ')} ORDER BY e.seq`;
}

function failuresOf(selection: Selection, parameter: Parameter): string {
  const tenant = parameter(storable(selection.tenantId));
  const subscription = parameter(storable(selection.subscriptionId));
  const target = parameter(storable(selection.targetSubscriptionId));
  const about = ['e.tenant_id = d.tenant_id', 'e.seq = d.seq', ...aboutEvents(selection, parameter)];
  const where = [
    `d.tenant_id = ${tenant}`,
    `d.subscription_id = ${subscription}`,
    `d.status = 'failed' AND d.status <> 'delivered'`,
    `d.seq >= ${parameter(selection.fromSeq)}`,
    `d.seq < ${parameter(selection.untilSeq)}`,
    `d.finished_at <= ${parameter(selection.orderedAt)}`,
    `EXISTS (SELECT 1 FROM events e WHERE ${about.join(' AND ')} OFFSET 0)`,
    `NOT EXISTS (SELECT 1 FROM deliveries since WHERE since.tenant_id = d.tenant_id AND since.seq = d.seq
                    AND since.subscription_id = ${target} AND since.status = 'delivered' OFFSET 0)`,
  ];
  return `SELECT DISTINCT d.seq FROM deliveries d WHERE ${where.join(' AND ')} ORDER BY d.seq`;
}

function aboutEvents({ from, to, filter }: Selection, parameter: Parameter): string[] {
  const { types, ...entity } = filter;
  const conditions = eventConditions('e', { ...entity, from: from ?? undefined, to }, parameter);
  if (types) conditions.push(`e.type ~ ${parameter(storable(typePattern(types)))}`);
  return conditions;
}
