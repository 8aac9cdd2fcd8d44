import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { addressOf, send } from '../../api/client';
import type { Delivery, Page, Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { besideWebhook } from '../../lib/wait';
import { useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';
import { DeliveryTable } from '../deliveries/DeliveryTable';

const shown = 10;

export function useLatest(tenantId: string, id: string, everyMs: number) {
  return useQuery({
    queryKey: ['log', tenantId, 'latest', id],
    queryFn: async ({ signal }) => {
      const query = { subscriptionId: id, limit: shown };
      const address = addressOf('/v1/tenants/{tenantId}/deliveries', { tenantId }, query);
      return ((await send('get', address, { signal })) as Page<Delivery>).items;
    },
    refetchInterval: everyMs,
  });
}

type Props = { webhook: Pick<Subscription, 'id' | 'status'>; deliveries: readonly Delivery[] };

/** The newest deliveries of one webhook, as they come. */
export function LatestDeliveries({ webhook: { id, status }, deliveries }: Props) {
  const t = useT();
  const path = useTenantPath();
  if (deliveries.length === 0) return <Text c="dimmed">{t('detail.noDeliveries')}</Text>;
  const rows = deliveries.map((delivery) => besideWebhook(delivery, status));
  return (
    <>
      <DeliveryTable deliveries={rows} label={t('detail.live')} />
      <RouteLink to={path(`deliveries?subscriptionId=${id}`)} size="sm">
        {t('deliveries.title')} →
      </RouteLink>
    </>
  );
}
