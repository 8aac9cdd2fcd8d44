import { Button, Paper, Text } from '@mantine/core';
import { addressOf } from '../../api/client';
import type { Delivery } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useFilters } from '../../lib/filters';
import { useLive } from '../../lib/live';
import { usePages } from '../../lib/cursor-pages';
import { useSubscriptions } from '../../lib/subscriptions';
import { useTenantId } from '../../shell/tenant';
import { NoItems } from '../../ui/NoItems';
import { ErrorNote } from '../../ui/ErrorNote';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { DeliveryFilters, filterNames } from './DeliveryFilters';
import { DeliveryTable } from './DeliveryTable';

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const filters = useFilters(filterNames);
  const everyMs = useLive(tenantId, filters.values.subscriptionId || undefined);
  const path = '/v1/tenants/{tenantId}/deliveries';
  const { items, error, more } = usePages<Delivery>(['log', tenantId, 'deliveries'], path, {
    params: { tenantId },
    query: filters.values,
    everyMs,
  });
  const { data: webhooks } = useSubscriptions(tenantId);
  const names = new Map((webhooks ?? []).map(({ id, name, url }) => [id, name || url]));
  const csv = addressOf(`${path}/export`, { tenantId }, { format: 'csv', ...filters.values });
  return (
    <>
      <PageTitle title={t('deliveries.title')}>
        <Button component="a" href={csv} download variant="default">
          {t('deliveries.exportCsv')}
        </Button>
      </PageTitle>
      <DeliveryFilters filters={filters} webhooks={webhooks ?? []} />
      <ErrorNote error={error} />
      {items?.length === 0 && <NoItems of="deliveries" isFiltered={filters.count > 0} />}
      {items && items.length > 0 && (
        <Paper withBorder>
          <DeliveryTable deliveries={items} label={t('deliveries.title')} names={names} />
          <Text size="sm" c="dimmed" p="sm">
            {t('deliveries.order')}
          </Text>
        </Paper>
      )}
      <LoadMore {...more} />
    </>
  );
}
