import { Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/client';
import { useT } from '../i18n/i18n';
import { useCheckedForm } from '../ui/checked-form';
import { ErrorNote } from '../ui/ErrorNote';
import { Password } from '../ui/Password';
import { FormModal } from '../ui/FormModal';
import { useSay } from '../ui/say';

export function PasswordForm({ onClose }: { onClose(): void }) {
  const t = useT();
  const say = useSay();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => call('post', '/v1/session/password', { body: { current, new: next } }),
    onSuccess: () => {
      say(t('shell.passwordDone'));
      onClose();
    },
  });
  const form = useCheckedForm({
    fields: ['current', 'new'],
    error: change.error,
    onValid: () => change.mutate(),
  });
  return (
    <FormModal title={t('shell.password')} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <Password
            label={t('shell.passwordCurrent')}
            name="current"
            error={form.problemOf('current')}
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <Password
            label={t('shell.passwordNew')}
            name="new"
            error={form.problemOf('new')}
            autoComplete="new-password"
            required
            minLength={12}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <ErrorNote error={form.rest} />
          <Button type="submit" loading={change.isPending}>
            {t('common.save')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}
