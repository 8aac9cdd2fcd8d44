import { Grid, Paper, Stack, Title } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { useT } from '../../i18n/i18n';
import { useLive } from '../../lib/live';
import { openOf, sumOfOpen } from '../../lib/open';
import { useSubscription, useWaiting } from '../../lib/subscriptions';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { LatestDeliveries, useLatest } from './LatestDeliveries';
import { Orders } from './Orders';
import { SettingsList } from './SettingsList';
import { StatusWords } from './StatusWords';
import { SecretsPanel } from './SecretsPanel';

const Charts = lazy(() => import('./Charts'));

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { id = '' } = useParams();
  const { canManage } = useSession();
  const everyMs = useLive(tenantId, id);
  const { data: webhook, error } = useSubscription(tenantId, id, everyMs);
  const { data: lanes, isLoading: areLanesLoading } = useWaiting(tenantId, id, everyMs);
  const { data: latest, isLoading: areDeliveriesLoading } = useLatest(tenantId, id, everyMs);
  if (error && !webhook) return <ErrorNote error={error} />;
  // All of it at once: nothing is pushed down by what is known a moment later.
  if (!webhook || areLanesLoading || areDeliveriesLoading) return null;
  const open = openOf(lanes, webhook);
  return (
    <Stack>
      <PageTitle title={webhook.name || webhook.url}>
        {canManage && <Orders webhook={webhook} waitingLanes={lanes ?? []} />}
      </PageTitle>
      <StatusWords webhook={webhook} lanes={lanes ?? []} isUnused={latest?.length === 0} />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          {t('detail.live')}
        </Title>
        <LatestDeliveries webhook={webhook} deliveries={latest ?? []} />
      </Paper>
      <Suspense fallback={<Paper withBorder mih={395} />}>
        <Charts id={id} open={sumOfOpen(open)} deliveries={latest ?? []} />
      </Suspense>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <SettingsList webhook={webhook} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <SecretsPanel webhook={webhook} />
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
