import { Button, Paper, Table } from '@mantine/core';
import { useState } from 'react';
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
import { ReplayRow } from './ReplayRow';
import { ReplayWizard } from './ReplayWizard';

const everyMs = { running: 1_000, quiet: 4_000 };

/** While one is under way somebody looks on. */
const paceOf = (replays: readonly Replay[]): number =>
  replays.some(({ status }) => status === 'queued' || status === 'running') ? everyMs.running : everyMs.quiet;

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { canManage } = useSession();
  const { data: webhooks, error: unknown } = useSubscriptions(tenantId);
  const [isMaking, make] = useState(false);
  const path = '/v1/tenants/{tenantId}/replays';
  const { items, error, more } = usePages<Replay>(['log', tenantId, 'replays'], path, {
    params: { tenantId },
    query: {},
    everyMs: paceOf,
  });
  const button = canManage && <Button onClick={() => make(true)}>{t('replays.new')}</Button>;
  return (
    <>
      <PageTitle title={t('replays.title')}>{button}</PageTitle>
      <ErrorNote error={error ?? unknown} />
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
      {/* It begins with the first of them: not before they are known. */}
      {isMaking && webhooks && <ReplayWizard webhooks={webhooks} onClose={() => make(false)} />}
    </>
  );
}

function ReplayTable({ replays, nameOf }: { replays: readonly Replay[]; nameOf(id: string): string }) {
  const t = useT();
  return (
    <Paper withBorder>
      <Scroll label={t('replays.title')} minWidth={890}>
        <Table layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={130}>{t('common.status')}</Table.Th>
              <Table.Th>{t('deliveries.webhook')}</Table.Th>
              <Table.Th>{t('replays.kind')}</Table.Th>
              <Table.Th w={200}>{t('deliveries.title')}</Table.Th>
              <Table.Th w={190}>{t('common.created')}</Table.Th>
              <Table.Th w={190}>{t('common.actions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {replays.map((replay) => (
              <ReplayRow
                key={replay.id}
                replay={replay}
                name={nameOf(replay.subscriptionId)}
                target={nameOf(replay.targetSubscriptionId ?? replay.subscriptionId)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Paper>
  );
}
