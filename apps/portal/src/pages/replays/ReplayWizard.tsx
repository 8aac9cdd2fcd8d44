import { Alert, Button, Group, Modal, Select, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, send } from '../../api/client';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { FilterTime } from '../../ui/filter-fields';
import { bodyOf, isComplete, type ReplayValues } from './replay-values';

type Props = { webhooks: readonly Subscription[]; onClose(): void };

/** First what, then how many, and only then it starts. A change of the first asks for the count again. */
export function ReplayWizard({ webhooks, onClose }: Props) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const [values, setValues] = useState<ReplayValues>({
    subscriptionId: webhooks[0]?.id ?? '',
    targetSubscriptionId: '',
    kind: 'failed',
    from: '',
    to: '',
  });
  const address = addressOf('/v1/tenants/{tenantId}/replays', { tenantId });
  const count = useMutation({
    mutationFn: async () =>
      ((await send('post', address, { body: { ...bodyOf(values), dryRun: true } })) as { count: number })
        .count,
  });
  const start = useMutation({
    mutationFn: () => send('post', address, { body: bodyOf(values) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['log', tenantId, 'replays'] });
      onClose();
    },
  });
  const set = (change: Partial<ReplayValues>) => {
    setValues((before) => ({ ...before, ...change }));
    count.reset();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('replays.new')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <WhatFields values={values} set={set} webhooks={webhooks} />
        <ErrorNote error={count.error ?? start.error} />
        {count.data !== undefined && (
          <Alert variant="outline" role="status">
            {t('replays.counted', { n: count.data })}
          </Alert>
        )}
        <Group>
          <Button
            variant={count.data === undefined ? 'filled' : 'default'}
            disabled={!isComplete(values)}
            loading={count.isPending}
            onClick={() => count.mutate()}
          >
            {t('replays.count')}
          </Button>
          {count.data !== undefined && count.data > 0 && (
            <Button loading={start.isPending} onClick={() => start.mutate()}>
              {t('replays.start')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

type FieldProps = {
  values: ReplayValues;
  set(change: Partial<ReplayValues>): void;
  webhooks: readonly Subscription[];
};

function WhatFields({ values, set, webhooks }: FieldProps) {
  const t = useT();
  const data = webhooks.map(({ id, name, url }) => ({ value: id, label: name || url }));
  return (
    <>
      <Select
        label={t('deliveries.webhook')}
        data={data}
        required
        allowDeselect={false}
        value={values.subscriptionId || null}
        onChange={(id) => set({ subscriptionId: id ?? '' })}
      />
      <Select
        label={t('replays.kind')}
        data={(['failed', 'range'] as const).map((value) => ({ value, label: t(`replays.${value}`) }))}
        allowDeselect={false}
        value={values.kind}
        onChange={(kind) => set({ kind: kind === 'range' ? 'range' : 'failed' })}
      />
      <FilterTime label={t('common.from')} value={values.from} onChange={(from) => set({ from })} />
      <FilterTime label={t('common.to')} value={values.to} onChange={(to) => set({ to })} />
      <Select
        label={t('replays.target')}
        placeholder={t('replays.sameTarget')}
        clearable
        data={data.filter(({ value }) => value !== values.subscriptionId)}
        value={values.targetSubscriptionId || null}
        onChange={(id) => set({ targetSubscriptionId: id ?? '' })}
      />
    </>
  );
}
