import { Alert, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { addressOf, send } from '../../api/client';
import type { EventDetail } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useLive } from '../../lib/live';
import { useSubscriptions } from '../../lib/subscriptions';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { Raw } from '../../ui/Raw';
import { useReason } from '../../ui/reason';
import { Time } from '../../ui/Time';
import { DeliveryTable } from '../deliveries/DeliveryTable';
import { WhyNot } from './WhyNot';

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { id = '' } = useParams();
  const reasonOf = useReason();
  const everyMs = useLive(tenantId);
  const { data: event, error } = useQuery({
    queryKey: ['log', tenantId, 'event', id],
    queryFn: async ({ signal }) => {
      const path = '/v1/tenants/{tenantId}/events/{id}';
      return (await send('get', addressOf(path, { tenantId, id }), { signal })) as EventDetail;
    },
    refetchInterval: everyMs,
  });
  const { data: webhooks } = useSubscriptions(tenantId);
  if (error && !event) return <ErrorNote error={error} />;
  if (!event) return null;
  const names = new Map((webhooks ?? []).map(({ id: key, name, url }) => [key, name || url]));
  return (
    <Stack>
      <PageTitle title={`${t('event.title')}: ${event.type}`} />
      <Facts event={event} />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          {t('event.deliveries')}
        </Title>
        {event.deliveries.length === 0 ? (
          <Alert variant="outline" color="orange">
            {t('event.whyNone', { reason: event.unmatchedReason ? reasonOf(event.unmatchedReason) : '–' })}
          </Alert>
        ) : (
          <DeliveryTable deliveries={event.deliveries} label={t('event.deliveries')} names={names} />
        )}
      </Paper>
      <WhyNot event={event} webhooks={webhooks ?? []} />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          {t('event.data')}
        </Title>
        <Raw text={JSON.stringify(event.data)} label={t('event.data')} />
      </Paper>
    </Stack>
  );
}

function Facts({ event: { id, entity, timestamp, acceptedAt, source } }: { event: EventDetail }) {
  const t = useT();
  return (
    <Paper withBorder p="md">
      <Text size="sm" className="wrap">
        {t('events.id')}: {id}
      </Text>
      {entity && (
        <Text size="sm" className="wrap">
          {t('deliveries.entityName')}: {entity.name} {entity.id}
        </Text>
      )}
      <Text size="sm">
        {t('event.timestamp')}: <Time at={timestamp} />
      </Text>
      <Text size="sm">
        {t('events.accepted')}: <Time at={acceptedAt} />
      </Text>
      {source && (
        <Text size="sm" className="wrap">
          {t('event.source')}: {source}
        </Text>
      )}
    </Paper>
  );
}
