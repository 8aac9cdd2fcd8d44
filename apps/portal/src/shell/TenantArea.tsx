import { Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { Outlet } from 'react-router';
import { ApiError } from '../api/client';
import { useT } from '../i18n/i18n';
import { ErrorNote } from '../ui/ErrorNote';
import { PageTitle } from '../ui/PageTitle';
import { RouteLink } from '../ui/RouteLink';
import { useSession } from './session';
import { rememberTenant, useTenant, useTenantId } from './tenant';

/** Pages of one tenant: only with one that is there and the caller's. */
export function TenantArea() {
  const { data: tenant, error } = useTenant();
  const id = tenant?.id;
  useEffect(() => {
    if (id !== undefined) rememberTenant(id);
  }, [id]);
  // What is open stays open while its tenant cannot be asked for again.
  if (tenant) return <Outlet />;
  if (error instanceof ApiError && error.status === 404) return <NoTenant />;
  return error ? <ErrorNote error={error} /> : null;
}

function NoTenant() {
  const t = useT();
  const id = useTenantId();
  const { isOperator } = useSession();
  return (
    <Stack>
      <PageTitle title={t('noTenant.title')} />
      <Text className="wrap">{t('noTenant.text', { id })}</Text>
      <RouteLink to="/">{t(isOperator ? 'noTenant.all' : 'notFound.go')}</RouteLink>
    </Stack>
  );
}
