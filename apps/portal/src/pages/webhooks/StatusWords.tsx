import { Alert, Text } from '@mantine/core';
import type { Subscription, WaitingLane } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { sayHealth } from '../../lib/say-health';
import { waitingOf } from '../../lib/subscriptions';
import { Time } from '../../ui/Time';
import { useNow } from '../../ui/times';
import { WebhookStatus } from './WebhookStatus';

/** How the webhook is doing, in words, counting down. */
export function StatusWords({ webhook, lanes }: { webhook: Subscription; lanes: readonly WaitingLane[] }) {
  const t = useT();
  const { health, status, statusReason } = webhook;
  const isCounting = health?.nextAttemptAt != null;
  const nowMs = useNow(isCounting, 500);
  const said = sayHealth(webhook, { nowMs, waiting: waitingOf(lanes, webhook.id) });
  const isRetrying = lanes.some(({ state }) => state === 'retrying');
  const isBad = status !== 'active' || health?.state === 'parked' || isRetrying;
  return (
    <Alert
      variant="outline"
      color={isBad ? 'orange' : 'green'}
      title={<WebhookStatus webhook={webhook} />}
      mih={96}
    >
      <Text className="tabular" data-testid="status-words">
        {said.map(({ key, values }) => t(key, values)).join(' ')}
      </Text>
      {isRetrying && <Text size="sm">{t('say.retrying')}</Text>}
      {health?.failingSince && (
        <Text size="sm" c="dimmed">
          {t('say.failingSince')} <Time at={health.failingSince} />
        </Text>
      )}
      {statusReason && <Text size="sm">{t('say.reason', { reason: statusReason })}</Text>}
    </Alert>
  );
}
