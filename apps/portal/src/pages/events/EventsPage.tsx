import { Paper, Table, Text } from '@mantine/core';
import type { EventSummary } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useFilters } from '../../lib/filters';
import { useLive } from '../../lib/live';
import { usePages } from '../../lib/cursor-pages';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { NoItems } from '../../ui/NoItems';
import { Clip } from '../../ui/Clip';
import { ErrorNote } from '../../ui/ErrorNote';
import { FilterBox } from '../../ui/FilterBox';
import { FilterEntity, FilterPeriod, FilterText } from '../../ui/filter-fields';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { useReason } from '../../ui/reason';
import { RouteLink } from '../../ui/RouteLink';
import { Scroll } from '../../ui/Scroll';
import { Time } from '../../ui/Time';
import { Url } from '../../ui/Url';

const filterNames = ['type', 'entityName', 'entityId', 'id', 'from', 'to'] as const;

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { values, set, reset, count } = useFilters(filterNames);
  const everyMs = useLive(tenantId);
  const { items, error, more } = usePages<EventSummary>(
    ['log', tenantId, 'events'],
    '/v1/tenants/{tenantId}/events',
    {
      params: { tenantId },
      query: values,
      everyMs,
    },
  );
  return (
    <>
      <PageTitle title={t('events.title')} />
      <FilterBox cols={{ base: 1, xs: 2, md: 3 }} count={count} onReset={reset}>
        <FilterText
          label={t('deliveries.type')}
          placeholder={t('filters.exact')}
          value={values.type}
          onChange={(type) => set({ type })}
        />
        <FilterEntity values={values} set={set} />
        <FilterText
          label={t('events.id')}
          placeholder={t('filters.exactId')}
          value={values.id}
          onChange={(id) => set({ id })}
        />
        <FilterPeriod values={values} set={set} />
      </FilterBox>
      <ErrorNote error={error} />
      {items?.length === 0 && <NoItems of="events" isFiltered={count > 0} />}
      {items && items.length > 0 && <EventTable events={items} />}
      <LoadMore {...more} />
    </>
  );
}

function EventTable({ events }: { events: readonly EventSummary[] }) {
  const t = useT();
  const reasonOf = useReason();
  const path = useTenantPath();
  return (
    <Paper withBorder>
      <Scroll label={t('events.title')}>
        <Table layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('deliveries.type')}</Table.Th>
              <Table.Th>{t('deliveries.entityName')}</Table.Th>
              <Table.Th w={170}>{t('events.matched')}</Table.Th>
              <Table.Th w={200}>{t('events.accepted')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {events.map(({ id, type, entity, matched, unmatchedReason, acceptedAt }) => (
              <Table.Tr key={id}>
                <Table.Td>
                  <RouteLink
                    to={path(`events/${encodeURIComponent(id)}`)}
                    className="wrap"
                    lineClamp={2}
                    title={type}
                  >
                    <Url text={type} />
                  </RouteLink>
                </Table.Td>
                <Table.Td>{entity ? <Clip text={`${entity.name} ${entity.id}`} /> : '–'}</Table.Td>
                <Table.Td>
                  {matched.length > 0 ? matched.length : t('events.none')}
                  {unmatchedReason && (
                    <Text size="xs" c="dimmed" className="wrap">
                      {reasonOf(unmatchedReason)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <Time at={acceptedAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Paper>
  );
}
