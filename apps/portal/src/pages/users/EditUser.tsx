import { Button, Divider, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { User } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useChangeUser, useResetPassword } from '../../lib/users';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { NameField } from '../../ui/NameField';
import { SecretText } from '../../ui/SecretText';
import { useSay } from '../../ui/say';
import { RoleSelect } from './AddUser';

type Props = {
  tenantId: string | undefined;
  user: User;
  /** Begins anew, with the user as he is now. */
  onReload(): Promise<void>;
  onClose(): void;
};

/** Another name or role, or a new password for somebody who has lost his. */
export function EditUser({ tenantId, user, onReload, onClose }: Props) {
  const t = useT();
  const reset = useResetPassword(tenantId);
  const [values, setValues] = useState({ name: user.name, role: user.role as string });
  const isDirty = values.name !== user.name || values.role !== user.role;
  const password = reset.data;
  return (
    <FormModal
      title={t('users.edit', { name: user.name })}
      isDirty={isDirty}
      isHeld={reset.isPending || password !== undefined}
      onClose={onClose}
    >
      {password ? (
        <Stack>
          <Text>{t('users.passwordOnce')}</Text>
          <SecretText value={password} label={t('users.newPassword')} />
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Stack>
      ) : (
        <Stack>
          <Form {...{ tenantId, user, values, onReload, onClose }} onChange={setValues} />
          <Divider />
          {/* The password takes the place of the form: what is not saved would be lost. */}
          <Text size="sm">{t(isDirty ? 'users.resetLater' : 'users.resetMeans')}</Text>
          <ErrorNote error={reset.error} />
          {!isDirty && (
            <Button variant="default" loading={reset.isPending} onClick={() => reset.mutate(user.id)}>
              {t('users.reset')}
            </Button>
          )}
        </Stack>
      )}
    </FormModal>
  );
}

type Values = { name: string; role: string };
type FormProps = Props & { values: Values; onChange(values: Values): void };

function Form({ tenantId, user, values, onChange, onReload, onClose }: FormProps) {
  const t = useT();
  const say = useSay();
  const change = useChangeUser(tenantId);
  const form = useCheckedForm({
    fields: ['name', 'role'],
    error: change.error,
    onValid: () => {
      const name = values.name.trim();
      const wanted = {
        ...(name === user.name ? {} : { name }),
        ...(values.role === user.role ? {} : { role: values.role }),
      };
      const onSuccess = () => {
        say(t('form.saved'));
        onClose();
      };
      if (Object.keys(wanted).length === 0) onClose();
      else change.mutate({ user, change: wanted }, { onSuccess });
    },
  });
  return (
    <form {...form.props}>
      <Stack>
        <Text size="sm" className="wrap">
          {user.email}
        </Text>
        <NameField
          error={form.problemOf('name')}
          value={values.name}
          onChange={(name) => onChange({ ...values, name })}
        />
        {tenantId !== undefined && (
          <RoleSelect value={values.role} onChange={(role) => onChange({ ...values, role })} />
        )}
        {values.role !== user.role && <Text size="sm">{t('users.roleMeans', { name: user.name })}</Text>}
        <ErrorNote error={form.rest} onReload={onReload} />
        <Button type="submit" loading={change.isPending}>
          {t('common.save')}
        </Button>
      </Stack>
    </form>
  );
}
