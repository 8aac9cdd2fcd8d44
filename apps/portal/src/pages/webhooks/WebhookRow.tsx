import { Table, Text } from '@mantine/core';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { lastFailedMinute } from '../../lib/last-failed-attempt';
import { useLastFailedAt, useLastFailure, useLastFailures } from '../../lib/last-failures';
import { sumOfOpen, type Open } from '../../lib/open';
import { lastHour, sumOf } from '../../lib/stats';
import { useStats } from '../../lib/subscriptions';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';
import { Time } from '../../ui/Time';
import { Url } from '../../ui/Url';
import { WebhookStatus } from './WebhookStatus';

/** Each row asks for its own numbers: not too often. */
const everyMs = 30_000;

export function WebhookRow({ webhook, open }: { webhook: Subscription; open: Open }) {
  const t = useT();
  const path = useTenantPath();
  const { id, name, url } = webhook;
  const tried = open.retrying + open.heads;
  return (
    <Table.Tr>
      <Table.Td>
        <RouteLink to={path(`webhooks/${id}`)} fw={600} className="wrap" lineClamp={2} title={name || url}>
          {name || <Url text={url} />}
        </RouteLink>
        {name && (
          <Text size="sm" c="dimmed" lineClamp={2} title={url}>
            <Url text={url} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Health webhook={webhook} isRetrying={open.retrying > 0} />
      </Table.Td>
      <Table.Td>
        <Rate id={id} />
      </Table.Td>
      <Table.Td className="tabular">
        {tried > 0 && <Text size="sm">{t('webhooks.retryingCount', { n: tried })}</Text>}
        {open.waiting > 0 && (
          <Text size="sm">
            {t(open.heads > 0 ? 'webhooks.behindCount' : 'webhooks.waitingCount', { n: open.waiting })}
          </Text>
        )}
        {sumOfOpen(open) === 0 && '–'}
      </Table.Td>
      <Table.Td>
        <LastFailure id={id} />
      </Table.Td>
    </Table.Tr>
  );
}

/** Where nothing was tried in an hour, nobody knows whether it would work. */
function Health({ webhook, isRetrying }: { webhook: Subscription; isRetrying: boolean }) {
  const { data } = useStats(useTenantId(), webhook.id, lastHour, everyMs);
  const isIdle = data !== undefined && data.items.every(({ attempts }) => attempts === 0);
  return <WebhookStatus webhook={webhook} isRetrying={isRetrying} isIdle={isIdle} />;
}

function Rate({ id }: { id: string }) {
  const t = useT();
  const { data } = useStats(useTenantId(), id, lastHour, everyMs);
  return <Text size="sm">{data ? t('webhooks.counts', sumOf(data.items)) : '–'}</Text>;
}

/** The newest attempt that went wrong; where everything has recovered, the minute it was in. */
function LastFailure({ id }: { id: string }) {
  const t = useT();
  const tenantId = useTenantId();
  const path = useTenantPath();
  const { data: known } = useLastFailures(tenantId, everyMs);
  const delivery = useLastFailure(tenantId, id, { known, everyMs });
  const attemptAt = useLastFailedAt(tenantId, delivery);
  const { data: stats } = useStats(tenantId, id, lastHour, everyMs);
  const minute = stats && lastFailedMinute(stats.items);
  const at = attemptAt ?? delivery?.finishedAt ?? delivery?.firstAttemptAt;
  if (minute && (!at || at < minute))
    return (
      <Text size="sm">
        {t('webhooks.inMinute')} <Time at={minute} isMinute />
        <br />
        {t('webhooks.recovered')}
      </Text>
    );
  if (!delivery) return <>–</>;
  return (
    <>
      <RouteLink to={path(`deliveries/${delivery.id}`)} size="sm">
        <Time at={at} />
      </RouteLink>
      <Text size="sm" c="dimmed" className="wrap">
        {delivery.lastStatus ?? delivery.lastError}
      </Text>
    </>
  );
}
