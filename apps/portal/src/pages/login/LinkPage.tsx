import { Alert, Button, Stack, Text } from '@mantine/core';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { ApiError, call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { ErrorNote } from '../../ui/ErrorNote';
import { RouteLink } from '../../ui/RouteLink';
import { insist, isRefused, newUse, tokenOf } from './link';
import { LoginFrame } from './LoginFrame';

type State = { is: 'using' | 'in' | 'over' | 'broken' } | { is: 'failed'; error: unknown };

/** `/link#<token>`: what stands behind the # reaches no server's log. It is used once, and forgotten. */
export function LinkPage() {
  const t = useT();
  const token = tokenOf(useLocation().hash);
  return (
    <LoginFrame title={t('login.title')}>
      {token === undefined ? <Refused text={t('login.linkBroken')} /> : <Use key={token} token={token} />}
    </LoginFrame>
  );
}

/** One use, however often it has to be asked for: the API knows it again by its key. */
function Use({ token }: { token: string }) {
  const t = useT();
  const { refresh } = useSession();
  const [state, setState] = useState<State>({ is: 'using' });
  const [key] = useState(newUse);
  const isBegun = useRef(false);
  const enter = useCallback(() => {
    setState({ is: 'using' });
    insist(async () => {
      await call('post', '/v1/session/link', { body: { token }, headers: { 'idempotency-key': key } });
      await refresh();
    }).then(
      () => setState({ is: 'in' }),
      (error: unknown) => setState(afterFailure(error)),
    );
  }, [token, key, refresh]);
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    enter();
  }, [enter]);
  if (state.is === 'in') return <Navigate to="/" replace />;
  if (state.is === 'over') return <Refused text={t('login.linkOver')} />;
  if (state.is === 'broken') return <Refused text={t('login.linkBroken')} />;
  if (state.is !== 'failed') return <Text role="status">{t('login.link')}</Text>;
  return (
    <Stack>
      <ErrorNote error={state.error} />
      <Text size="sm">{t('login.linkFailed')}</Text>
      <Button onClick={enter}>{t('common.retry')}</Button>
      <LogIn />
    </Stack>
  );
}

function afterFailure(error: unknown): State {
  if (isRefused(error)) return { is: 'over' };
  // It does not look like a token at all.
  if (error instanceof ApiError && error.code === 'invalid') return { is: 'broken' };
  return { is: 'failed', error };
}

function Refused({ text }: { text: ReactNode }) {
  return (
    <Stack>
      <Alert color="red" variant="outline" role="alert">
        {text}
      </Alert>
      <LogIn />
    </Stack>
  );
}

function LogIn() {
  const t = useT();
  return <RouteLink to="/login">{t('login.title')}</RouteLink>;
}
