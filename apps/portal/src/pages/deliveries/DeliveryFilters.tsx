import { Select } from '@mantine/core';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import type { useFilters } from '../../lib/filters';
import { FilterBox } from '../../ui/FilterBox';
import { FilterEntity, FilterPeriod, FilterText } from '../../ui/filter-fields';

export const filterNames = [
  'subscriptionId',
  'status',
  'statusClass',
  'eventType',
  'entityName',
  'entityId',
  'eventId',
  'from',
  'to',
] as const;

const statuses = ['pending', 'waiting', 'delivered', 'failed', 'expired', 'cancelled'] as const;
const classes = ['2xx', '3xx', '4xx', '5xx'];

type Filters = ReturnType<typeof useFilters<(typeof filterNames)[number]>>;

export function DeliveryFilters({
  filters,
  webhooks,
}: {
  filters: Filters;
  webhooks: readonly Subscription[];
}) {
  const t = useT();
  const { values, set } = filters;
  return (
    <FilterBox cols={{ base: 1, xs: 2, md: 4 }} count={filters.count} onReset={filters.reset}>
      <Select
        label={t('deliveries.webhook')}
        placeholder={t('common.all')}
        clearable
        data={webhooks.map(({ id, name, url }) => ({ value: id, label: name || url }))}
        value={values.subscriptionId || null}
        onChange={(subscriptionId) => set({ subscriptionId })}
      />
      <Select
        label={t('common.status')}
        placeholder={t('common.all')}
        clearable
        data={statuses.map((value) => ({ value, label: t(`deliveries.filter.${value}`) }))}
        value={values.status || null}
        onChange={(status) => set({ status })}
      />
      <Select
        label={t('deliveries.statusClass')}
        placeholder={t('common.all')}
        clearable
        data={[...classes, { value: 'none', label: t('deliveries.noAnswer') }]}
        value={values.statusClass || null}
        onChange={(statusClass) => set({ statusClass })}
      />
      <FilterText
        label={t('deliveries.type')}
        placeholder={t('filters.exact')}
        value={values.eventType}
        onChange={(eventType) => set({ eventType })}
      />
      <FilterEntity values={values} set={set} />
      <FilterPeriod values={values} set={set} />
    </FilterBox>
  );
}
