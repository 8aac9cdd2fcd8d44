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
