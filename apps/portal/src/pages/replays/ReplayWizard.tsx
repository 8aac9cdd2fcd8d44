import { Alert, Anchor, Button, Group, Select, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { addressOf, send } from '../../api/client';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { lastDay } from '../../lib/stats';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { FilterTime } from '../../ui/filter-fields';
import { isReversed } from '../../lib/filters';
import { bodyOf, isComplete, type ReplayValues } from './replay-values';

type Props = { webhooks: readonly Subscription[]; onClose(): void };

/** First what, then how many, and only then it starts. A change of the first asks for the count again. */
export function ReplayWizard({ webhooks, onClose }: Props) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const [begin] = useState<ReplayValues>({
    subscriptionId: webhooks[0]?.id ?? '',
    targetSubscriptionId: '',
    kind: 'failed',
    from: '',
    to: '',
  });
  const [values, setValues] = useState(begin);
  const isDirty = JSON.stringify(values) !== JSON.stringify(begin);
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
    <FormModal title={t('replays.new')} isDirty={isDirty} onClose={onClose}>
      <Stack>
        <WhatFields values={values} set={set} webhooks={webhooks} />
        <ErrorNote error={count.error ?? start.error} />
        {count.data !== undefined && <Counted n={count.data} values={values} set={set} />}
        <Group>
          <Button
            variant={count.data === undefined ? 'filled' : 'default'}
            disabled={!isComplete(values) || isReversed(values)}
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
    </FormModal>
  );
}

type FieldProps = {
  values: ReplayValues;
  set(change: Partial<ReplayValues>): void;
  webhooks: readonly Subscription[];
};

/** How many; where none failed, the way to what was skipped. */
function Counted({ n, values, set }: Omit<FieldProps, 'webhooks'> & { n: number }) {
  const t = useT();
  const isDeadEnd = n === 0 && values.kind === 'failed';
  return (
    <Alert variant="outline" role="status">
      {isDeadEnd ? t('replays.noneFailed') : t('replays.counted', { n })}
      {isDeadEnd && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          display="block"
          ta="left"
          mt="xs"
          onClick={() => set({ kind: 'range', from: values.from || lastDay().from })}
        >
          {t('replays.toRange')}
        </Anchor>
      )}
    </Alert>
  );
}

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
        description={t(`replays.${values.kind}Means`)}
        data={(['failed', 'range'] as const).map((value) => ({ value, label: t(`replays.${value}`) }))}
        allowDeselect={false}
        value={values.kind}
        onChange={(kind) => set({ kind: kind === 'range' ? 'range' : 'failed' })}
      />
      <FilterTime
        label={t('common.from')}
        description={values.kind === 'range' ? t('replays.fromHelp') : undefined}
        required={values.kind === 'range'}
        value={values.from}
        onChange={(from) => set({ from })}
      />
      <FilterTime
        label={t('replays.until')}
        value={values.to}
        error={isReversed(values) ? t('filters.reversed') : undefined}
        onChange={(to) => set({ to })}
      />
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
