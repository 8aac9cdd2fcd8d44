import { Outlet } from 'react-router';
import { ErrorNote } from '../ui/ErrorNote';
import { useTenant } from './tenant';

/** Pages of one tenant: only with one that is there and the caller's. */
export function TenantArea() {
  const { data: tenant, error } = useTenant();
  // What is open stays open while its tenant cannot be asked for again.
  if (tenant) return <Outlet />;
  return error ? <ErrorNote error={error} /> : null;
}
