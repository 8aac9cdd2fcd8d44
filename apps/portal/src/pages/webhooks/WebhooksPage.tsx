import { Paper, Table, Text } from '@mantine/core';
import { useT } from '../../i18n/i18n';
import { useLive } from '../../lib/live';
import { openOf } from '../../lib/open';
import { useSubscriptions, useWaiting } from '../../lib/subscriptions';
import { useSession } from '../../shell/session';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { RouteButton } from '../../ui/RouteLink';
import { Scroll } from '../../ui/Scroll';
import { WebhookRow } from './WebhookRow';

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const path = useTenantPath();
  const { canManage } = useSession();
  const everyMs = useLive(tenantId);
  const { data: webhooks, error } = useSubscriptions(tenantId, everyMs);
  const { data: lanes } = useWaiting(tenantId, undefined, everyMs);
  return (
    <>
      <PageTitle title={t('webhooks.title')}>
        {canManage && <RouteButton to={path('webhooks/new')}>{t('webhooks.new')}</RouteButton>}
      </PageTitle>
      <ErrorNote error={error} />
      {webhooks?.length === 0 && (
        <Empty
          title={t('webhooks.empty')}
          text={canManage ? t('webhooks.emptyText') : t('webhooks.emptyViewer')}
        >
          {canManage && <RouteButton to={path('webhooks/new')}>{t('webhooks.new')}</RouteButton>}
        </Empty>
      )}
      {webhooks && webhooks.length > 0 && (
        <Paper withBorder>
          <Scroll label={t('webhooks.title')} minWidth={760}>
            <Table layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="33%">{t('common.name')}</Table.Th>
                  <Table.Th w="14%">{t('webhooks.health')}</Table.Th>
                  <Table.Th w="18%">{t('webhooks.finished')}</Table.Th>
                  <Table.Th w="14%">{t('webhooks.open')}</Table.Th>
                  <Table.Th w="21%">{t('webhooks.lastFailure')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {webhooks.map((webhook) => (
                  <WebhookRow key={webhook.id} webhook={webhook} open={openOf(lanes, webhook)} />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
          <Text size="sm" c="dimmed" p="sm">
            {t('webhooks.countsMeans')}
          </Text>
        </Paper>
      )}
    </>
  );
}
