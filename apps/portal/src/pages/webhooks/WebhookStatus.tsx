import { isText, useT } from '../../i18n/i18n';
import { Status } from '../../ui/Status';
import type { Subscription } from '../../api/types';

type Props = {
  webhook: Subscription;
  /** Deliveries that failed are tried again beside the others. */
  isRetrying: boolean;
  /** Nothing was tried lately. */
  isIdle?: boolean;
};

/** One word: switched off by somebody, or how its receiver does. */
export function WebhookStatus({ webhook: { status, health }, isRetrying, isIdle }: Props) {
  const t = useT();
  const does = health?.state ?? 'live';
  const goesOn = isRetrying ? 'retrying' : isIdle ? 'idle' : 'live';
  const state = status !== 'active' ? status : does === 'live' ? goesOn : does;
  const key = status === 'active' ? `health.${state}` : `status.${status}`;
  return <Status value={state} text={isText(key) ? t(key) : state} />;
}
