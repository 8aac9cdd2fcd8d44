import { Button, Paper, Table, Text, TextInput } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Tenant } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { allPages } from '../../lib/all-pages';
import { usePages } from '../../lib/cursor-pages';
import { waitingOf } from '../../lib/subscriptions';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { NewTenant } from './NewTenant';
import { Services, useServices } from './Services';
import { rowEveryMs, TenantRow } from './TenantRow';
import { byTrouble, troubleOf } from './trouble';

/** Each row asks for its tenant's webhooks and lanes: so few at a time. */
const pageSize = 25;
const foundMax = 50;

/** Every tenant, what waits in its lanes, and whether the services keep up. */
export function Component() {
  const t = useT();
  const [isMaking, make] = useState(false);
  const [search, setSearch] = useState('');
  const { items, error, more } = usePages<Tenant>(['tenants', 'pages'], '/v1/tenants', {
    params: {},
    query: { limit: pageSize },
  });
  const { isLoading, ...services } = useServices();
  const { isCut, searchError, ...rest } = useFound(search, items);
  const found = useSorted(rest.found);
  const newTenant = <Button onClick={() => make(true)}>{t('overview.new')}</Button>;
  // What stands below it is not pushed down by what is known later.
  if (isLoading) return <PageTitle title={t('overview.title')}>{newTenant}</PageTitle>;
  return (
    <>
      <PageTitle title={t('overview.title')}>{newTenant}</PageTitle>
      <Services {...services} />
      <ErrorNote error={error ?? searchError} />
      {items?.length === 0 && (
        <Empty title={t('overview.empty')} text={t('overview.emptyText')}>
          {newTenant}
        </Empty>
      )}
      {items && items.length > 0 && <Text mb="md">{t('overview.register')}</Text>}
      {items && items.length > 0 && (
        <TextInput
          type="search"
          label={t('overview.search')}
          maw={360}
          mb="md"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found && found.length > 0 && (
        <Paper withBorder>
          <Scroll label={t('overview.title')} minWidth={820}>
            <Table layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="26%">{t('shell.tenant')}</Table.Th>
                  {/* On a phone the first two are seen: whose it is, and how it does. */}
                  <Table.Th w="17%">{t('overview.lanes')}</Table.Th>
                  <Table.Th w="14%">{t('overview.profile')}</Table.Th>
                  <Table.Th w="13%">{t('overview.webhooks')}</Table.Th>
                  <Table.Th w="10%">{t('webhooks.backlog')}</Table.Th>
                  <Table.Th w="18%">{t('overview.oldest')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((tenant) => (
                  <TenantRow key={tenant.id} tenant={tenant} />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        </Paper>
      )}
      {found?.length === 0 && search !== '' && <Text c="dimmed">{t('overview.noneFound')}</Text>}
      {isCut && <Text c="dimmed">{t('overview.foundCut', { n: foundMax })}</Text>}
      {search.trim() === '' && <LoadMore {...more} />}
      {isMaking && <NewTenant onClose={() => make(false)} />}
    </>
  );
}

/** Trouble first. Until it is known of the first ones nothing is shown: so nothing moves then. */
function useSorted(tenants: readonly Tenant[] | undefined): readonly Tenant[] | undefined {
  const waits = useQueries({
    queries: (tenants ?? []).map(({ id }) => waitingOf(id, undefined, rowEveryMs)),
  });
  const isKnown = waits.every(({ isLoading }) => !isLoading);
  const [wasKnown, setKnown] = useState(false);
  if (tenants && isKnown && !wasKnown) setKnown(true);
  if (!tenants || (!isKnown && !wasKnown)) return undefined;
  return byTrouble(tenants, (_, at) => troubleOf(waits[at]?.data));
}

/** Whoever searches means all tenants, not those that are shown: then all of them are read, once. */
function useFound(search: string, shown: readonly Tenant[] | undefined) {
  const wanted = search.trim().toLowerCase();
  const { data: all, error: searchError } = useQuery({
    queryKey: ['tenants', 'all'],
    queryFn: ({ signal }) => allPages<Tenant>('/v1/tenants', { signal }),
    enabled: wanted !== '',
    staleTime: 30_000,
  });
  if (wanted === '') return { found: shown, isCut: false, searchError: null };
  const found = (all ?? shown)?.filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(wanted));
  // What was read so far may hold none where all of them do.
  const isUnknown = all === undefined && found?.length === 0;
  return {
    found: isUnknown ? undefined : found?.slice(0, foundMax),
    isCut: (found?.length ?? 0) > foundMax,
    searchError,
  };
}
