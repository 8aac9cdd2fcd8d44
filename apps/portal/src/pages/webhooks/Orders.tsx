import { Button, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../../api/client';
import type { Subscription, WaitingLane } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useOrder, type Order } from '../../lib/subscriptions';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { Confirm } from '../../ui/Confirm';
import { ErrorNote } from '../../ui/ErrorNote';
import { TestEvent } from './TestEvent';

type Asked = 'skip' | 'disable' | 'delete';

/** What can be ordered now. What cannot be undone is asked about first. */
export function Orders({
  webhook,
  waitingLanes,
}: {
  webhook: Subscription;
  waitingLanes: readonly WaitingLane[];
}) {
  const t = useT();
  const [asked, ask] = useState<Asked>();
  const [isTesting, test] = useState(false);
  const order = useOrder(useTenantId(), webhook.id);
  const remove = useDelete(webhook.id);
  const close = () => ask(undefined);
  const { status, health } = webhook;
  // What was refused in a state that is over says nothing about this one.
  const state = `${status} ${health?.state ?? ''}`;
  const [refusedIn, setRefusedIn] = useState<string>();
  const refusal = refusedIn === state ? order.error : null;
  const give = (name: Order) => order.mutate(name, { onSuccess: close, onError: () => setRefusedIn(state) });
  const isParked =
    status === 'active' &&
    (health?.state === 'parked' || waitingLanes.some(({ state }) => state === 'parked'));
  const confirm = () => (asked === 'delete' ? remove.mutate() : asked && give(asked));
  return (
    <>
      {isParked && <Button onClick={() => give('retry')}>{t('order.retry')}</Button>}
      {isParked && (
        <Button variant="default" onClick={() => ask('skip')}>
          {t('order.skip')}
        </Button>
      )}
      {status === 'active' && (
        <Button variant="default" onClick={() => give('pause')}>
          {t('order.pause')}
        </Button>
      )}
      {status === 'paused' && <Button onClick={() => give('resume')}>{t('order.resume')}</Button>}
      {status === 'disabled' && <Button onClick={() => give('enable')}>{t('order.enable')}</Button>}
      <Button variant="default" onClick={() => test(true)}>
        {t('order.test')}
      </Button>
      <More webhook={webhook} ask={ask} />
      <ErrorNote error={asked ? null : refusal} />
      <TestEvent webhook={webhook} opened={isTesting} onClose={() => test(false)} />
      <Confirm
        opened={asked !== undefined}
        title={t(`order.${asked ?? 'skip'}Title`, { name: webhook.name || webhook.url })}
        text={t(`order.${asked ?? 'skip'}Text`)}
        action={asked === 'delete' ? t('common.delete') : t(`order.${asked ?? 'skip'}`)}
        isPending={order.isPending || remove.isPending}
        error={refusal ?? remove.error}
        onConfirm={confirm}
        onClose={close}
      />
    </>
  );
}

/** What is done seldom. */
function More({ webhook: { id, status }, ask }: { webhook: Subscription; ask(what: Asked): void }) {
  const t = useT();
  const navigate = useNavigate();
  const path = useTenantPath();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" aria-label={t('order.more')}>
          ⋯
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void navigate(path(`webhooks/${id}/edit`))}>{t('common.edit')}</Menu.Item>
        {status !== 'disabled' && <Menu.Item onClick={() => ask('disable')}>{t('order.disable')}</Menu.Item>}
        <Menu.Item onClick={() => ask('delete')}>{t('common.delete')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function useDelete(id: string) {
  const tenantId = useTenantId();
  const path = useTenantPath();
  const navigate = useNavigate();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('delete', '/v1/tenants/{tenantId}/subscriptions/{id}', { path: { tenantId, id } }),
    onSuccess: async () => {
      await navigate(path('webhooks'));
      client.removeQueries({ queryKey: ['subscriptions', tenantId, id] });
      await client.invalidateQueries({ queryKey: ['subscriptions', tenantId] });
    },
  });
}
