import { isText, useT } from '../../i18n/i18n';
import { Status } from '../../ui/Status';
import type { Subscription } from '../../api/types';

/** One word: switched off by somebody, or how its receiver does. */
export function WebhookStatus({ webhook: { status, health } }: { webhook: Subscription }) {
  const t = useT();
  const state = status === 'active' ? (health?.state ?? 'live') : status;
  const key = status === 'active' ? `health.${state}` : `status.${status}`;
  return <Status value={state} text={isText(key) ? t(key) : state} />;
}
