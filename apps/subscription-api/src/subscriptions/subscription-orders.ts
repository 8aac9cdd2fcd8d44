import type { Health } from '../lanes/health.js';
import type { Subscription, SubscriptionStatus } from './subscription.js';

/** What somebody can order of a subscription, beside changing it. */
export const orderNames = ['retry', 'skip', 'pause', 'resume', 'disable', 'enable'] as const;
export type OrderName = (typeof orderNames)[number];

/** Orders that are changes of the status: what it may be before, and what it is then. */
export const statusOrders = {
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  disable: { from: ['active', 'paused'], to: 'disabled' },
  enable: { from: ['disabled'], to: 'active' },
} as const satisfies Partial<Record<OrderName, { from: SubscriptionStatus[]; to: SubscriptionStatus }>>;

const wayBack: Record<string, string> = {
  paused: 'it is paused: resume it',
  disabled: 'it is disabled: enable it',
};

/** Why an order makes no sense; undefined when it does, and where nobody knows yet: without health. */
export function refusalOf(
  order: OrderName,
  status: Subscription['status'],
  health: Health | undefined,
): string | undefined {
  if (order !== 'retry' && order !== 'skip') {
    const { from, to } = statusOrders[order];
    if ((from as readonly string[]).includes(status)) return undefined;
    return status === to
      ? `It is ${to} already.`
      : `It cannot be done: ${wayBack[status] ?? `it is ${status}`}.`;
  }
  if (status !== 'active') return `It cannot be done: ${wayBack[status] ?? `it is ${status}`}.`;
  if (health?.state === 'live') return `There is nothing to ${order}: no lane of it is parked.`;
  if (health?.state === 'behind') return `There is nothing to ${order}: it is catching up already.`;
  return undefined;
}
