import { Alert, Text } from '@mantine/core';
import type { Subscription, WaitingLane } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { failingSince, sayHealth, toneOf } from '../../lib/say-health';
import { openOf } from '../../lib/open';
import { useReason } from '../../ui/reason';
import { Time } from '../../ui/Time';
import { useNow } from '../../ui/times';
import { WebhookStatus } from './WebhookStatus';

type Props = {
  webhook: Subscription;
  lanes: readonly WaitingLane[];
  /** Nothing was ever delivered: nobody knows whether it works. */
  isUnused: boolean;
};

const frames = { good: 'green', bad: 'orange', neutral: 'gray.5' };

/** How the webhook is doing, in words, counting down. */
export function StatusWords({ webhook, lanes, isUnused }: Props) {
  const t = useT();
  const reasonOf = useReason();
  const { health, status, statusReason } = webhook;
  const isCounting = health?.nextAttemptAt != null;
  const nowMs = useNow(isCounting, 500);
  const { waiting, heads, retrying } = openOf(lanes, webhook);
  const said = sayHealth(webhook, { nowMs, waiting, heads });
  const since = failingSince(webhook);
  const retries = retrying > 0;
  const tone = toneOf(webhook, { isRetrying: retries, isUnused });
  return (
    <Alert
      variant="outline"
      color={frames[tone]}
      title={<WebhookStatus webhook={webhook} isRetrying={retries} isIdle={isUnused} />}
      mih={96}
    >
      <Text className="tabular" data-testid="status-words">
        {said.map(({ key, values }) => t(key, values)).join(' ')}
      </Text>
      {isUnused && status === 'active' && <Text size="sm">{t('say.unused')}</Text>}
      {retries && <Text size="sm">{t('say.retrying', { n: retrying })}</Text>}
      {since && (
        <Text size="sm" c="dimmed">
          {t('say.failingSince')} <Time at={since} />
        </Text>
      )}
      {statusReason && <Text size="sm">{t('say.reason', { reason: reasonOf(statusReason) })}</Text>}
    </Alert>
  );
}
