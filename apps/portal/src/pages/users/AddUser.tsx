import { Button, Modal, PasswordInput, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { ErrorNote } from '../../ui/ErrorNote';
import { useAddUser } from './api';

export const tenantRoles = ['tenant-admin', 'tenant-viewer'] as const;

export function AddUser({ tenantId, onClose }: { tenantId: string | undefined; onClose(): void }) {
  const t = useT();
  const add = useAddUser(tenantId);
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const [role, setRole] = useState<string>('tenant-viewer');
  const input = (name: keyof typeof values) => ({
    value: values[name],
    required: true,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setValues((before) => ({ ...before, [name]: value })),
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('users.new')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate({ ...values, ...(tenantId === undefined ? {} : { role }) }, { onSuccess: onClose });
        }}
      >
        <Stack>
          <TextInput label={t('common.name')} maxLength={200} data-autofocus {...input('name')} />
          <TextInput label={t('users.email')} type="email" maxLength={254} {...input('email')} />
          <PasswordInput
            label={t('users.password')}
            autoComplete="new-password"
            minLength={12}
            maxLength={256}
            {...input('password')}
          />
          {tenantId !== undefined && <RoleSelect value={role} onChange={setRole} />}
          <ErrorNote error={add.error} />
          <Button type="submit" loading={add.isPending}>
            {t('common.create')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

export function RoleSelect({ value, onChange }: { value: string; onChange(role: string): void }) {
  const t = useT();
  return (
    <Select
      label={t('users.role')}
      allowDeselect={false}
      data={tenantRoles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
      value={value}
      onChange={(role) => onChange(role ?? 'tenant-viewer')}
    />
  );
}
