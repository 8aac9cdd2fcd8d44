import { Button, Checkbox, Code, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../api/client';
import type { Tenant } from '../api/types';
import { useT } from '../i18n/i18n';
import { ErrorNote } from '../ui/ErrorNote';
import { FormModal } from '../ui/FormModal';
import { forgetTenant } from './tenant';

/** Nothing of it comes back: whoever deletes a tenant types its id. */
export function DeleteTenant({
  tenant: { id: tenantId, name },
  onClose,
}: {
  tenant: Tenant;
  onClose(): void;
}) {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [erases, setErases] = useState(false);
  const remove = useMutation({
    mutationFn: async () => {
      // First: of a tenant that is gone nothing can be ordered.
      if (erases)
        await call('post', '/v1/tenants/{tenantId}/erasures', { path: { tenantId }, body: { tenant: true } });
      await call('delete', '/v1/tenants/{tenantId}', { path: { tenantId } });
    },
    onSuccess: async () => {
      forgetTenant(tenantId);
      onClose();
      await navigate('/tenants');
      client.removeQueries({ queryKey: ['tenant', tenantId] });
      await client.invalidateQueries({ queryKey: ['tenants'] });
    },
  });
  const isSure = typed.trim() === tenantId;
  return (
    <FormModal title={t('tenant.deleteTitle', { name })} isDirty={false} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure) remove.mutate();
        }}
      >
        <Stack>
          <Text>{t('tenant.deleteText')}</Text>
          <Checkbox
            label={t('tenant.deleteErase')}
            description={t('tenant.deleteKept')}
            checked={erases}
            onChange={(event) => setErases(event.currentTarget.checked)}
          />
          <Code block>{tenantId}</Code>
          <TextInput
            label={t('tenant.deleteId')}
            autoComplete="off"
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <ErrorNote error={remove.error} />
          <Button type="submit" color="red" disabled={!isSure} loading={remove.isPending}>
            {t('tenant.delete')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}
