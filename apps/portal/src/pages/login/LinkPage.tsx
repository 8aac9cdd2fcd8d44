import { Alert, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { RouteLink } from '../../ui/RouteLink';
import { LoginFrame } from './LoginFrame';

/** `/link#<token>`: what stands behind the # reaches no server's log. It is used once, and forgotten. */
export function LinkPage() {
  const t = useT();
  const { hash } = useLocation();
  const { refresh } = useSession();
  const [state, setState] = useState<'using' | 'in' | 'over'>('using');
  const isUsed = useRef(false);
  useEffect(() => {
    if (isUsed.current) return;
    isUsed.current = true;
    const token = decodeURIComponent(hash.slice(1));
    call('post', '/v1/session/link', { body: { token } })
      .then(refresh)
      .then(
        () => setState('in'),
        () => setState('over'),
      );
  }, [hash, refresh]);
  if (state === 'in') return <Navigate to="/" replace />;
  return (
    <LoginFrame title={t('login.title')}>
      {state === 'using' ? (
        <Text role="status">{t('login.link')}</Text>
      ) : (
        <Stack>
          <Alert color="red" variant="outline" role="alert">
            {t('login.linkOver')}
          </Alert>
          <RouteLink to="/login">{t('login.title')}</RouteLink>
        </Stack>
      )}
    </LoginFrame>
  );
}
