import { Outlet } from 'react-router';
import { ErrorNote } from '../ui/ErrorNote';
import { useTenant } from './tenant';

/** Pages of one tenant: only with one that is there and the caller's. */
export function TenantArea() {
  const { data: tenant, error } = useTenant();
  if (error) return <ErrorNote error={error} />;
  return tenant ? <Outlet /> : null;
}
