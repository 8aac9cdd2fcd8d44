import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { addressOf, send } from '../../api/client';
import type { Delivery, Page } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';
import { DeliveryTable } from '../deliveries/DeliveryTable';

const shown = 10;

/** The newest deliveries of one webhook, as they come. */
export function LatestDeliveries({ id, everyMs }: { id: string; everyMs: number }) {
  const t = useT();
  const tenantId = useTenantId();
  const path = useTenantPath();
  const { data } = useQuery({
    queryKey: ['log', tenantId, 'latest', id],
    queryFn: async ({ signal }) => {
      const query = { subscriptionId: id, limit: shown };
      const address = addressOf('/v1/tenants/{tenantId}/deliveries', { tenantId }, query);
      return ((await send('get', address, { signal })) as Page<Delivery>).items;
    },
    refetchInterval: everyMs,
  });
  return (
    <div style={{ minHeight: 120 }}>
      {data?.length === 0 && <Text c="dimmed">{t('detail.noDeliveries')}</Text>}
      {data && data.length > 0 && (
        <>
          <DeliveryTable deliveries={data} label={t('detail.live')} />
          <RouteLink to={path(`deliveries?subscriptionId=${id}`)} size="sm">
            {t('deliveries.title')} →
          </RouteLink>
        </>
      )}
    </div>
  );
}
