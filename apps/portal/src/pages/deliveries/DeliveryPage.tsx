import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router';
import { addressOf, send } from '../../api/client';
import type { DeliveryDetail } from '../../api/types';
import { isText, useT } from '../../i18n/i18n';
import { useLive } from '../../lib/live';
import { waitingOf } from '../../lib/subscriptions';
import { shownStatus, waitOf } from '../../lib/wait';
import { useSession } from '../../shell/session';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { useReason } from '../../ui/reason';
import { RouteLink } from '../../ui/RouteLink';
import { useSay } from '../../ui/say';
import { Status } from '../../ui/Status';
import { countdown } from '../../ui/time-text';
import { useNow } from '../../ui/times';
import { AttemptTimeline } from './AttemptTimeline';
import { Held } from './Held';

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { id = '' } = useParams();
  const [query] = useSearchParams();
  const { canManage } = useSession();
  const everyMs = useLive(tenantId);
  const eventId = query.get('eventId');
  const { data: delivery, error } = useQuery({
    queryKey: ['log', tenantId, 'delivery', id],
    queryFn: async ({ signal }) => {
      const path = '/v1/tenants/{tenantId}/deliveries/{id}';
      return (await send('get', addressOf(path, { tenantId, id }, { eventId }), {
        signal,
      })) as DeliveryDetail;
    },
    refetchInterval: everyMs,
  });
  if (error && !delivery) return <ErrorNote error={error} />;
  if (!delivery) return null;
  return (
    <Stack>
      <PageTitle title={`${t('delivery.title')}: ${delivery.eventType}`}>
        {canManage && <Retry delivery={delivery} />}
      </PageTitle>
      <Summary delivery={delivery} canManage={canManage} />
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          {t('delivery.timeline')}
        </Title>
        {delivery.attempts.length === 0 && <Text c="dimmed">{t('delivery.noAttempt')}</Text>}
        <AttemptTimeline attempts={delivery.attempts} />
      </Paper>
    </Stack>
  );
}

/** Again, or at once; what waits for others cannot be tried alone (`Held` says what to do). */
function Retry({ delivery }: { delivery: DeliveryDetail }) {
  const { id, eventId } = delivery;
  const t = useT();
  const say = useSay();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () =>
      send('post', addressOf('/v1/tenants/{tenantId}/deliveries/{id}/retry', { tenantId, id }, { eventId })),
    onSuccess: async () => {
      const isHeld = await isParked(client, tenantId, delivery.subscriptionId);
      say(t(isHeld ? 'delivery.retriedLater' : 'delivery.retried'));
      await client.invalidateQueries({ queryKey: ['log', tenantId] });
    },
  });
  const wait = waitOf(delivery);
  if (wait !== null && wait !== 'alone') return null;
  return (
    <>
      <Button loading={retry.isPending} onClick={() => retry.mutate()}>
        {t(wait ? 'delivery.retryOnce' : 'delivery.retry')}
      </Button>
      <ErrorNote error={retry.error} />
    </>
  );
}

/** Whether something of its webhook has stopped: then a single attempt waits for its turn, too. */
async function isParked(client: QueryClient, tenantId: string, subscriptionId: string): Promise<boolean> {
  const query = { ...waitingOf(tenantId, subscriptionId, false), staleTime: 0 };
  // The attempt is ordered, whether that can be asked or not.
  const lanes = await client.fetchQuery(query).catch(() => []);
  return lanes.some(({ state }) => state === 'parked');
}

function Summary({ delivery, canManage }: { delivery: DeliveryDetail; canManage: boolean }) {
  const t = useT();
  const path = useTenantPath();
  const reasonOf = useReason();
  const { status, reason, nextAttemptAt, subscription, eventId, event } = delivery;
  const nowMs = useNow(nextAttemptAt !== null);
  const left = nextAttemptAt ? countdown(nextAttemptAt, nowMs) : null;
  const shown = shownStatus(delivery);
  const key = `delivery.${shown}`;
  return (
    <Alert variant="outline" color={status === 'delivered' ? 'green' : 'orange'} mih={96}>
      <Stack gap={4}>
        <Status value={shown} text={isText(key) ? t(key) : shown} />
        {status === 'cancelled' && <Text size="sm">{t('delivery.cancelledMeans')}</Text>}
        {status === 'expired' && <Text size="sm">{t('delivery.expiredMeans')}</Text>}
        {delivery.replayId && (
          <Text size="sm">
            <RouteLink to={path('replays')}>{t('deliveries.replayed')}</RouteLink>
          </Text>
        )}
        {reason && <Text size="sm">{t('delivery.why', { reason: reasonOf(reason) })}</Text>}
        {canManage && <Held delivery={delivery} />}
        {nextAttemptAt && (
          <Text size="sm" className="tabular" mih={22}>
            {left ? t('delivery.nextIn', { in: left }) : t('delivery.nextDue')}
          </Text>
        )}
        <Text size="sm" className="wrap">
          {t('deliveries.webhook')}:{' '}
          {subscription ? (
            <RouteLink to={path(`webhooks/${subscription.id}`)}>
              {subscription.name || subscription.url}
            </RouteLink>
          ) : (
            delivery.subscriptionId
          )}
        </Text>
        <Text size="sm" className="wrap">
          {t('deliveries.event')}:{' '}
          <RouteLink to={path(`events/${encodeURIComponent(eventId)}`)}>{eventId}</RouteLink>
          {event?.entity && ` · ${event.entity.name} ${event.entity.id}`}
        </Text>
      </Stack>
    </Alert>
  );
}
