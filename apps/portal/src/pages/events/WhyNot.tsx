import { Button, List, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { EventDetail, Subscription } from '../../api/types';
import { useT, type Translate } from '../../i18n/i18n';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { RouteLink } from '../../ui/RouteLink';

type Verdict = { webhook: Subscription; asked: boolean; holds: boolean; matches: boolean };

/** Why it was not delivered: each webhook that did not get it is asked, by the dispatcher's own rules. */
export function WhyNot({ event, webhooks }: { event: EventDetail; webhooks: readonly Subscription[] }) {
  const t = useT();
  const tenantId = useTenantId();
  const path = useTenantPath();
  const missed = webhooks.filter(({ id }) => !event.matched.includes(id));
  const ask = useMutation({
    mutationFn: (): Promise<Verdict[]> =>
      Promise.all(
        missed.map(async (webhook) => {
          const { type, entity, data } = event;
          const verdict = await call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/match', {
            path: { tenantId, id: webhook.id },
            body: { event: { type, entity, data } },
          });
          return { webhook, ...verdict };
        }),
      ),
  });
  if (missed.length === 0) return null;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm" align="start">
        <Title order={2} size="h4">
          {t('event.why')}
        </Title>
        <Text size="sm">{t('event.ask')}</Text>
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          {t('event.askNow')}
        </Button>
        <ErrorNote error={ask.error} />
        {ask.data && (
          <List size="sm">
            {ask.data.map((verdict) => (
              <List.Item key={verdict.webhook.id} className="wrap">
                <RouteLink to={path(`webhooks/${verdict.webhook.id}`)} size="sm">
                  {verdict.webhook.name || verdict.webhook.url}
                </RouteLink>{' '}
                {reasonOf(verdict, event, t)}
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}

function reasonOf({ webhook, asked, holds }: Verdict, event: EventDetail, t: Translate): string {
  if (!asked) return t('event.notAsked');
  if (!holds) return t('event.notHeld');
  if (webhook.createdAt > event.acceptedAt) return t('event.newer');
  if (webhook.status === 'disabled') return t('event.notActive', { status: t('status.disabled') });
  return t('event.matches');
}
