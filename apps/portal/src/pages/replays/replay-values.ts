import { addressOf } from '../../api/client';
import type { Replay } from '../../api/types';

export type ReplayValues = {
  subscriptionId: string;
  targetSubscriptionId: string;
  kind: 'failed' | 'range';
  from: string;
  to: string;
};

/** A range has a beginning; what failed may be all that did. */
export const isComplete = ({ subscriptionId, kind, from }: ReplayValues): boolean =>
  subscriptionId !== '' && (kind === 'failed' || from !== '');

export function bodyOf({ subscriptionId, targetSubscriptionId, kind, from, to }: ReplayValues): object {
  return {
    subscriptionId,
    kind,
    ...(targetSubscriptionId ? { targetSubscriptionId } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

type Whole = Pick<Replay, 'subscriptionId' | 'targetSubscriptionId' | 'from' | 'to'>;

/** Where the deliveries are that it made: those of its target, of the period. */
export function deliveriesOf({ subscriptionId, targetSubscriptionId, from, to }: Whole): string {
  const query = { subscriptionId: targetSubscriptionId ?? subscriptionId, from, to };
  return addressOf('deliveries', {}, query);
}
