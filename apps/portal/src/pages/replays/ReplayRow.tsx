import { Button, Progress, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, send } from '../../api/client';
import type { Replay } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { Confirm } from '../../ui/Confirm';
import { useReason } from '../../ui/reason';
import { RouteLink } from '../../ui/RouteLink';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { deliveriesOf } from './replay-values';

/** One replay: of what, how far it is, how it ended, and the way to its deliveries. */
export function ReplayRow({ replay, name, target }: { replay: Replay; name: string; target: string }) {
  const t = useT();
  const { canManage } = useSession();
  const { status, createdAt, endedAt } = replay;
  const isOpen = status === 'queued' || status === 'running';
  return (
    <Table.Tr>
      <Table.Td>
        <Status value={status} text={t(`replay.${status}`)} />
      </Table.Td>
      <Table.Td className="wrap">
        {name}
        {target !== name && (
          <Text size="sm" c="dimmed" className="wrap">
            {t('replays.to', { name: target })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <What replay={replay} />
      </Table.Td>
      <Table.Td className="tabular">
        <Outcome replay={replay} />
      </Table.Td>
      <Table.Td>
        <Time at={createdAt} />
        {endedAt && (
          <Text size="sm" c="dimmed">
            {t('replays.ended')} <Time at={endedAt} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>{isOpen && canManage && <Cancel id={replay.id} />}</Table.Td>
    </Table.Tr>
  );
}

function What({ replay: { kind, from, to, filter } }: { replay: Replay }) {
  const t = useT();
  return (
    <>
      {t(`replays.${kind}`)}
      <Text size="sm" c="dimmed" className="wrap">
        {from && (
          <>
            {t('common.from')} <Time at={from} />{' '}
          </>
        )}
        {t('replays.until')} <Time at={to} />
        {filter?.types && ` · ${filter.types.join(', ')}`}
      </Text>
    </>
  );
}

function Outcome({ replay }: { replay: Replay }) {
  const t = useT();
  const path = useTenantPath();
  const reasonOf = useReason();
  const { status, done, failed, total, error, reason } = replay;
  const over = done + failed;
  return (
    <>
      <Progress
        value={total ? (over / total) * 100 : status === 'done' ? 100 : 0}
        aria-label={t('replays.progress', { done: over, total: total ?? 0 })}
      />
      <Text size="sm">{t('replays.progress', { done: over, total: total ?? 0 })}</Text>
      {over > 0 && <Text size="sm">{t('webhooks.counts', { delivered: done, failed })}</Text>}
      {reason && (
        <Text size="sm" c="dimmed" className="wrap">
          {reasonOf(reason)}
        </Text>
      )}
      {error && (
        <Text size="sm" className="wrap">
          {error}
        </Text>
      )}
      <RouteLink to={path(deliveriesOf(replay))} size="sm">
        {t('replays.deliveries')}
      </RouteLink>
    </>
  );
}

function Cancel({ id }: { id: string }) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const [isAsked, ask] = useState(false);
  const cancel = useMutation({
    mutationFn: () => send('post', addressOf('/v1/tenants/{tenantId}/replays/{id}/cancel', { tenantId, id })),
    onSuccess: () => ask(false),
    onSettled: () => client.invalidateQueries({ queryKey: ['log', tenantId, 'replays'] }),
  });
  return (
    <>
      <Button variant="default" size="xs" onClick={() => ask(true)}>
        {t('replays.cancel')}
      </Button>
      <Confirm
        opened={isAsked}
        title={t('replays.cancelTitle')}
        text={t('replays.cancelText')}
        action={t('replays.cancel')}
        isPending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate()}
        onClose={() => ask(false)}
      />
    </>
  );
}
