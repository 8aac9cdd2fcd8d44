import { ActionIcon, Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call, ifMatch } from '../api/client';
import type { Tenant } from '../api/types';
import { useT } from '../i18n/i18n';
import { useCheckedForm } from '../ui/checked-form';
import { ErrorNote } from '../ui/ErrorNote';
import { FormModal } from '../ui/FormModal';
import { NameField } from '../ui/NameField';
import { DeleteTenant } from './DeleteTenant';
import { useSession } from './session';

/** What people call a tenant may change; its id never does. Operators delete it here, too. */
export function RenameTenant({ tenant }: { tenant: Tenant }) {
  const t = useT();
  const client = useQueryClient();
  // As it was then: what is typed was made from this version.
  const [opened, open] = useState<Tenant>();
  const reload = async () => {
    const now = await call('get', '/v1/tenants/{tenantId}', { path: { tenantId: tenant.id } });
    client.setQueryData(['tenant', tenant.id], now);
    open(now);
  };
  const [isDeleting, askToDelete] = useState(false);
  return (
    <>
      <ActionIcon
        variant="subtle"
        size="sm"
        aria-label={t('shell.rename')}
        title={t('shell.rename')}
        onClick={() => open(tenant)}
      >
        <svg width="14" height="14" viewBox="0 0 24 24" aria-hidden="true" fill="currentColor">
          <path d="M3 17.250V21h3.750L17.800 9.950l-3.750-3.750zM20.700 7.050a1 1 0 0 0 0-1.400l-2.350-2.350a1 1 0 0 0-1.400 0l-1.800 1.800 3.750 3.750z" />
        </svg>
      </ActionIcon>
      {opened && (
        <Form
          key={opened.version}
          tenant={opened}
          onReload={reload}
          onClose={() => open(undefined)}
          onDelete={() => {
            open(undefined);
            askToDelete(true);
          }}
        />
      )}
      {isDeleting && <DeleteTenant tenant={tenant} onClose={() => askToDelete(false)} />}
    </>
  );
}

type FormProps = { tenant: Tenant; onReload(): Promise<void>; onClose(): void; onDelete(): void };

function Form({ tenant: { id: tenantId, name: before, version }, onReload, onClose, onDelete }: FormProps) {
  const t = useT();
  const { isOperator } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState(before);
  const rename = useMutation({
    mutationFn: () =>
      call('patch', '/v1/tenants/{tenantId}', {
        path: { tenantId },
        body: { name: name.trim() },
        headers: ifMatch(version),
      }),
    onSuccess: (renamed) => {
      client.setQueryData(['tenant', tenantId], renamed);
      void client.invalidateQueries({ queryKey: ['tenants'] });
      onClose();
    },
  });
  const form = useCheckedForm({ fields: ['name'], error: rename.error, onValid: () => rename.mutate() });
  return (
    <FormModal title={t('shell.rename')} isDirty={name !== before} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <NameField error={form.problemOf('name')} value={name} onChange={setName} />
          <ErrorNote error={form.rest} onReload={onReload} />
          <Button type="submit" loading={rename.isPending}>
            {t('common.save')}
          </Button>
          {isOperator && (
            <Button variant="subtle" color="red" onClick={onDelete}>
              {t('tenant.delete')} …
            </Button>
          )}
        </Stack>
      </form>
    </FormModal>
  );
}
