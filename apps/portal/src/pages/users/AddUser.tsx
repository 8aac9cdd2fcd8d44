import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../i18n/i18n';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { Password } from '../../ui/Password';
import { FormModal } from '../../ui/FormModal';
import { NameField } from '../../ui/NameField';
import { useAddUser } from '../../lib/users';

export const tenantRoles = ['tenant-admin', 'tenant-viewer'] as const;

export function AddUser({ tenantId, onClose }: { tenantId: string | undefined; onClose(): void }) {
  const t = useT();
  const add = useAddUser(tenantId);
  const [values, setValues] = useState({ name: '', email: '', password: '' });
  const [role, setRole] = useState<string>('tenant-viewer');
  const form = useCheckedForm({
    fields: ['name', 'email', 'password'],
    error: add.error,
    onValid: () =>
      add.mutate({ ...values, ...(tenantId === undefined ? {} : { role }) }, { onSuccess: onClose }),
  });
  const input = (name: keyof typeof values) => ({
    name,
    value: values[name],
    required: true,
    error: form.problemOf(name),
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setValues((before) => ({ ...before, [name]: value })),
  });
  return (
    <FormModal title={t('users.new')} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <NameField
            error={form.problemOf('name')}
            value={values.name}
            onChange={(name) => setValues((before) => ({ ...before, name }))}
          />
          <TextInput label={t('users.email')} type="email" maxLength={254} {...input('email')} />
          <Password
            label={t('users.password')}
            autoComplete="new-password"
            minLength={12}
            maxLength={256}
            {...input('password')}
          />
          {tenantId !== undefined && <RoleSelect value={role} onChange={setRole} />}
          <ErrorNote error={form.rest} />
          <Button type="submit" loading={add.isPending}>
            {t('common.create')}
          </Button>
        </Stack>
      </form>
    </FormModal>
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
