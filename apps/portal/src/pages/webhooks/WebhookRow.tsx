import { Table, Text } from '@mantine/core';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useLastFailure, useLastFailures } from '../../lib/last-failures';
import { lastHour, sumOf } from '../../lib/stats';
import { useStats } from '../../lib/subscriptions';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';
import { Time } from '../../ui/Time';
import { WebhookStatus } from './WebhookStatus';

/** Each row asks for its own numbers: not too often. */
const everyMs = 30_000;

export function WebhookRow({ webhook, waiting }: { webhook: Subscription; waiting: number }) {
  const t = useT();
  const path = useTenantPath();
  const { id, name, url } = webhook;
  return (
    <Table.Tr>
      <Table.Td>
        <RouteLink to={path(`webhooks/${id}`)} fw={600} className="wrap">
          {name || url}
        </RouteLink>
        <Text size="sm" c="dimmed" truncate title={url}>
          {url}
        </Text>
      </Table.Td>
      <Table.Td>
        <WebhookStatus webhook={webhook} />
      </Table.Td>
      <Table.Td>
        <Rate id={id} />
      </Table.Td>
      <Table.Td className="tabular">{waiting > 0 ? t('webhooks.number', { n: waiting }) : '–'}</Table.Td>
      <Table.Td>
        <LastFailure id={id} />
      </Table.Td>
    </Table.Tr>
  );
}

function Rate({ id }: { id: string }) {
  const t = useT();
  const { data } = useStats(useTenantId(), id, lastHour, everyMs);
  return <Text size="sm">{data ? t('webhooks.counts', sumOf(data.items)) : '–'}</Text>;
}

/** The newest delivery that went wrong. */
function LastFailure({ id }: { id: string }) {
  const tenantId = useTenantId();
  const path = useTenantPath();
  const { data: known } = useLastFailures(tenantId, everyMs);
  const data = useLastFailure(tenantId, id, { known, everyMs });
  if (!data) return <>–</>;
  return (
    <>
      <RouteLink to={path(`deliveries/${data.id}`)} size="sm">
        <Time at={data.finishedAt ?? data.firstAttemptAt} />
      </RouteLink>
      <Text size="sm" c="dimmed" className="wrap">
        {data.lastStatus ?? data.lastError}
      </Text>
    </>
  );
}
