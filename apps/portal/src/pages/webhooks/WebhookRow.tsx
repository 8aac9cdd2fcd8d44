import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { addressOf, send } from '../../api/client';
import type { Delivery, Page, Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { lastHour, sumOf } from '../../lib/stats';
import { useStats } from '../../lib/subscriptions';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';
import { Time } from '../../ui/Time';
import { WebhookStatus } from './WebhookStatus';

const everyMs = 15_000;

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

/** The newest delivery that is not going well. */
function LastFailure({ id }: { id: string }) {
  const tenantId = useTenantId();
  const path = useTenantPath();
  const { data } = useQuery({
    queryKey: ['log', tenantId, 'last-failure', id],
    queryFn: async ({ signal }) => {
      const of = async (status: string) => {
        const query = { subscriptionId: id, status, limit: 1 };
        const address = addressOf('/v1/tenants/{tenantId}/deliveries', { tenantId }, query);
        return ((await send('get', address, { signal })) as Page<Delivery>).items.filter(
          ({ firstAttemptAt }) => firstAttemptAt !== null,
        );
      };
      const found = [...(await of('waiting')), ...(await of('failed'))];
      return found.sort((a, b) => b.seq - a.seq)[0] ?? null;
    },
    refetchInterval: everyMs,
  });
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
