import { Button, Group, Paper, Select, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call, send } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { NumberField } from '../../ui/NumberField';
import { useSay } from '../../ui/say';
import { chooseReceiverTenant, useReceiverTenant, useTenants } from './tenant';

const countMax = 50;

/** Publishing is for programs; here, on a machine of one's own, people may. */
export function Publish() {
  const t = useT();
  const say = useSay();
  const tenantId = useReceiverTenant();
  const { canManage } = useSession();
  const tenant = useQuery({
    queryKey: ['tenant', tenantId],
    queryFn: ({ signal }) =>
      call('get', '/v1/tenants/{tenantId}', { path: { tenantId: tenantId ?? '' }, signal }),
    enabled: tenantId !== undefined,
  });
  const isBrz = tenant.data?.profile === 'brz365';
  const [type, setType] = useState<string>();
  const [count, setCount] = useState(1);
  const wanted = type ?? (isBrz ? 'BusinessPartner.create' : 'order.created');
  const publish = useMutation({
    mutationFn: async () => {
      for (let n = 0; n < count; n++)
        await send('post', '/dev/receiver/events', { body: eventOf(tenantId ?? '', wanted) });
    },
    onSuccess: () => say(t('receiver.published', { n: count })),
  });
  const form = useCheckedForm({
    fields: ['type'],
    error: publish.error,
    onValid: () => publish.mutate(),
  });
  if (!canManage) return null;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm" component="form" {...form.props}>
        <Title order={2} size="h4">
          {t('receiver.publish')}
        </Title>
        <Group align="end">
          <TenantChoice />
          <TextInput
            label={t('deliveries.type')}
            name="type"
            required
            withAsterisk={false}
            error={form.problemOf('type')}
            value={wanted}
            onChange={(event) => setType(event.currentTarget.value)}
          />
          <NumberField
            label={t('receiver.countMost', { n: countMax })}
            w={200}
            min={1}
            max={countMax}
            value={count}
            onChange={(value) => setCount(Math.max(1, Math.min(countMax, Number(value) || 1)))}
          />
          <Button type="submit" disabled={!tenantId} loading={publish.isPending}>
            {t('receiver.publish')}
          </Button>
        </Group>
        <ErrorNote error={form.rest} />
      </Stack>
    </Paper>
  );
}

/** For operators. */
function TenantChoice() {
  const t = useT();
  const tenantId = useReceiverTenant();
  const { data: tenants } = useTenants();
  if (!tenants) return null;
  return (
    <Select
      label={t('shell.tenant')}
      placeholder={t('receiver.chooseTenant')}
      data={tenants.map(({ id, name }) => ({ value: id, label: name }))}
      value={tenantId ?? null}
      allowDeselect={false}
      onChange={(id) => id && chooseReceiverTenant(id)}
    />
  );
}

function eventOf(tenantId: string, type: string): object {
  const id = crypto.randomUUID();
  const [name = 'entity'] = type.split('.');
  return { tenantId, type, entity: { name, id }, timestamp: new Date().toISOString(), data: { id } };
}
