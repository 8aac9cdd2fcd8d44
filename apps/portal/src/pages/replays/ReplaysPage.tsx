import { Button, Paper, Progress, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, send } from '../../api/client';
import type { Replay } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { usePages } from '../../lib/cursor-pages';
import { useSubscriptions } from '../../lib/subscriptions';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { ReplayWizard } from './ReplayWizard';

const everyMs = 1_500;

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { canManage } = useSession();
  const { data: webhooks } = useSubscriptions(tenantId);
  const [isMaking, make] = useState(false);
  const path = '/v1/tenants/{tenantId}/replays';
  const { items, error, more } = usePages<Replay>(['log', tenantId, 'replays'], path, {
    params: { tenantId },
    query: {},
    everyMs,
  });
  const button = canManage && <Button onClick={() => make(true)}>{t('replays.new')}</Button>;
  return (
    <>
      <PageTitle title={t('replays.title')}>{button}</PageTitle>
      <ErrorNote error={error} />
      {items?.length === 0 && <Empty title={t('replays.empty')} text={t('replays.emptyText')} />}
      {items && items.length > 0 && (
        <ReplayTable
          replays={items}
          nameOf={(id) => {
            const webhook = webhooks?.find((each) => each.id === id);
            return webhook ? webhook.name || webhook.url : id;
          }}
        />
      )}
      <LoadMore {...more} />
      {isMaking && <ReplayWizard webhooks={webhooks ?? []} onClose={() => make(false)} />}
    </>
  );
}

function ReplayTable({ replays, nameOf }: { replays: readonly Replay[]; nameOf(id: string): string }) {
  const t = useT();
  return (
    <Paper withBorder>
      <Scroll label={t('replays.title')} minWidth={820}>
        <Table layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={130}>{t('common.status')}</Table.Th>
              <Table.Th>{t('deliveries.webhook')}</Table.Th>
              <Table.Th>{t('replays.kind')}</Table.Th>
              <Table.Th w={200}>{t('deliveries.title')}</Table.Th>
              <Table.Th w={190}>{t('common.created')}</Table.Th>
              <Table.Th w={120}>{t('common.actions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {replays.map((replay) => (
              <Row key={replay.id} replay={replay} name={nameOf(replay.subscriptionId)} />
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Paper>
  );
}

function Row({ replay, name }: { replay: Replay; name: string }) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const { canManage } = useSession();
  const { id, status, kind, done, failed, total, createdAt, error } = replay;
  const cancel = useMutation({
    mutationFn: () => send('post', addressOf('/v1/tenants/{tenantId}/replays/{id}/cancel', { tenantId, id })),
    onSettled: () => client.invalidateQueries({ queryKey: ['log', tenantId, 'replays'] }),
  });
  const isOpen = status === 'queued' || status === 'running';
  return (
    <Table.Tr>
      <Table.Td>
        <Status value={status} text={t(`replay.${status}`)} />
      </Table.Td>
      <Table.Td className="wrap">{name}</Table.Td>
      <Table.Td>{t(`replays.${kind}`)}</Table.Td>
      <Table.Td className="tabular">
        <Progress
          value={total ? ((done + failed) / total) * 100 : status === 'done' ? 100 : 0}
          aria-label={t('replays.progress', { done: done + failed, total: total ?? 0 })}
        />
        <Text size="sm">{t('replays.progress', { done: done + failed, total: total ?? 0 })}</Text>
        {error && (
          <Text size="sm" className="wrap">
            {error}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Time at={createdAt} />
      </Table.Td>
      <Table.Td>
        {isOpen && canManage && (
          <Button variant="default" size="xs" loading={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('common.cancel')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
