import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Secret, Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { Confirm } from '../../ui/Confirm';
import { ErrorNote } from '../../ui/ErrorNote';
import { Time } from '../../ui/Time';
import { RotateSecret } from './RotateSecret';

/** Which secrets sign now, without their text, and a new one. */
export function SecretsPanel({ webhook }: { webhook: Subscription }) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const { canManage } = useSession();
  const [isRotating, rotate] = useState(false);
  const [ended, askToEnd] = useState<string>();
  const queryKey = ['secrets', tenantId, webhook.id];
  const path = { tenantId, id: webhook.id };
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      call('get', '/v1/tenants/{tenantId}/subscriptions/{id}/secrets', { path, signal }),
  });
  return (
    <Paper withBorder p="md" h="100%">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('secret.list')}
        </Title>
        {data?.items.map((secret, i) => (
          <Row
            key={secret.id ?? i}
            secret={secret}
            isNewest={i === 0}
            onEnd={canManage && secret.id ? () => askToEnd(secret.id!) : undefined}
          />
        ))}
        <ErrorNote error={error} />
        {canManage && (
          <div>
            <Button variant="default" onClick={() => rotate(true)}>
              {t('order.rotate')}
            </Button>
          </div>
        )}
      </Stack>
      {ended && <EndSecret id={ended} webhook={webhook} onClose={() => askToEnd(undefined)} />}
      {isRotating && (
        <RotateSecret
          webhook={webhook}
          onClose={() => {
            rotate(false);
            void client.invalidateQueries({ queryKey });
          }}
        />
      )}
    </Paper>
  );
}

type RowProps = { secret: Secret; isNewest: boolean; onEnd: (() => void) | undefined };

function Row({ secret: { kind, createdAt, expiresAt, publicKey }, isNewest, onEnd }: RowProps) {
  const t = useT();
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm">
          {kind ?? 'hmac'} · <Time at={createdAt} never="–" />
        </Text>
        <Text size="sm" c="dimmed">
          {isNewest || !expiresAt ? (
            t('secret.newest')
          ) : (
            <>
              {t('secret.until')} <Time at={expiresAt} />
            </>
          )}
        </Text>
        {publicKey && (
          <Text size="xs" className="wrap">
            {publicKey}
          </Text>
        )}
      </div>
      {!isNewest && onEnd && (
        <Button variant="default" size="xs" onClick={onEnd}>
          {t('secret.end')}
        </Button>
      )}
    </Group>
  );
}

type EndProps = { id: string; webhook: Subscription; onClose(): void };

function EndSecret({ id: secretId, webhook: { id }, onClose }: EndProps) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () =>
      call('delete', '/v1/tenants/{tenantId}/subscriptions/{id}/secrets/{secretId}', {
        path: { tenantId, id, secretId },
      }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['secrets', tenantId, id] });
    },
  });
  return (
    <Confirm
      opened
      title={t('secret.endTitle')}
      text={t('secret.endText')}
      action={t('secret.end')}
      isPending={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    />
  );
}
