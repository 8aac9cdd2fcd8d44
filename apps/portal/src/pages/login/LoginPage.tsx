import { Alert, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';
import { ApiError, call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { wayBack } from '../../shell/way-back';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { Password } from '../../ui/Password';
import { LoginFrame } from './LoginFrame';

export function LoginPage() {
  const t = useT();
  const [query] = useSearchParams();
  const { session, hasEnded, refresh } = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const back = wayBack(query.get('to'));
  const logIn = useMutation({
    mutationFn: async () => {
      await call('post', '/v1/session', { body: { email: email.trim(), password } });
      await refresh();
    },
  });
  const form = useCheckedForm({ fields: [], onValid: () => logIn.mutate() });
  const isWrong = logIn.error instanceof ApiError && logIn.error.status === 401;
  if (session) return <Navigate to={back} replace />;
  return (
    <LoginFrame title={t('login.title')}>
      <form {...form.props}>
        <Stack>
          {hasEnded && (
            <Alert color="blue" variant="outline">
              {t('login.expired')}
            </Alert>
          )}
          <TextInput
            label={t('login.email')}
            name="email"
            type="email"
            error={form.problemOf('email')}
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Password
            label={t('login.password')}
            name="password"
            error={form.problemOf('password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {isWrong ? (
            <Alert color="red" variant="outline" role="alert">
              {t('login.wrong')}
            </Alert>
          ) : (
            <ErrorNote error={logIn.error} />
          )}
          <Button type="submit" loading={logIn.isPending}>
            {t('login.title')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('login.hint')}
          </Text>
        </Stack>
      </form>
    </LoginFrame>
  );
}
