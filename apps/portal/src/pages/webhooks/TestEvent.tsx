import { Alert, Button, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { Probe, Subscription } from '../../api/types';
import { useLanguage, useT } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { Raw } from '../../ui/Raw';
import { durationText } from '../../ui/time-text';

type Props = { webhook: Subscription; opened: boolean; onClose(): void };

/** One request to the receiver, and what it said. */
export function TestEvent({ webhook, opened, onClose }: Props) {
  const t = useT();
  const tenantId = useTenantId();
  const probe = useMutation({
    mutationFn: (): Promise<Probe> =>
      call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/test', {
        path: { tenantId, id: webhook.id },
        body: {},
      }),
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('test.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <Text size="sm">{t('test.text')}</Text>
        <div>
          <Button loading={probe.isPending} onClick={() => probe.mutate()} data-autofocus>
            {t('test.send')}
          </Button>
        </div>
        <ErrorNote error={probe.error} />
        {probe.data && <Outcome probe={probe.data} />}
      </Stack>
    </Modal>
  );
}

function Outcome({ probe: { outcome, status, error, durationMs, request, response } }: { probe: Probe }) {
  const { t, locale } = useLanguage();
  const took = durationText(durationMs, locale);
  const isGood = outcome === 'accepted';
  const why = error ? `${error.reason} (${error.message})` : String(status);
  return (
    <>
      <Alert color={isGood ? 'green' : 'red'} variant="outline" role="status">
        {isGood ? t('test.accepted', { status: String(status), took }) : t('test.failed', { took, why })}
      </Alert>
      <Text fw={600}>{t('delivery.request')}</Text>
      <Raw text={`${headerLines(request.headers)}\n\n${request.body}`} label={t('delivery.request')} />
      {response && (
        <>
          <Text fw={600}>{t('delivery.response')}</Text>
          <Raw text={`${headerLines(response.headers)}\n\n${response.body}`} label={t('delivery.response')} />
        </>
      )}
    </>
  );
}

const headerLines = (headers: Record<string, string>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
