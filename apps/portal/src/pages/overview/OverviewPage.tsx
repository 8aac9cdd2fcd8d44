import { Button, Paper, Table, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Tenant } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { usePages } from '../../lib/cursor-pages';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { NewTenant } from './NewTenant';
import { Services, useServices } from './Services';
import { TenantRow } from './TenantRow';

/** Each row asks for its tenant's webhooks and lanes: so few at a time. */
const pageSize = 25;

/** Every tenant, what waits in its lanes, and whether the services keep up. */
export function Component() {
  const t = useT();
  const client = useQueryClient();
  const [isMaking, make] = useState(false);
  const [search, setSearch] = useState('');
  const { items, error, more } = usePages<Tenant>(['tenants', 'pages'], '/v1/tenants', {
    params: {},
    query: { limit: pageSize },
  });
  const { isLoading, ...services } = useServices();
  const wanted = search.trim().toLowerCase();
  const found = items?.filter(({ id, name }) => `${name} ${id}`.toLowerCase().includes(wanted));
  const newTenant = <Button onClick={() => make(true)}>{t('overview.new')}</Button>;
  // What stands below it is not pushed down by what is known later.
  if (isLoading) return <PageTitle title={t('overview.title')}>{newTenant}</PageTitle>;
  return (
    <>
      <PageTitle title={t('overview.title')}>{newTenant}</PageTitle>
      <Services {...services} />
      <ErrorNote error={error} />
      {items?.length === 0 && (
        <Empty title={t('overview.empty')} text={t('overview.emptyText')}>
          {newTenant}
        </Empty>
      )}
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
                  <Table.Th w="32%">{t('shell.tenant')}</Table.Th>
                  <Table.Th w="13%">{t('overview.profile')}</Table.Th>
                  <Table.Th w="11%">{t('overview.webhooks')}</Table.Th>
                  <Table.Th w="16%">{t('overview.lanes')}</Table.Th>
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
      <LoadMore {...more} />
      {isMaking && (
        <NewTenant
          onClose={() => {
            make(false);
            void client.invalidateQueries({ queryKey: ['tenants'] });
          }}
        />
      )}
    </>
  );
}
