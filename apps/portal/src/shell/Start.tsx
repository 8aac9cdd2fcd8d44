import { Navigate } from 'react-router';
import { useSession } from './session';

/** Where somebody begins: his tenant's webhooks, or, for an operator, all tenants. */
export function Start() {
  const { session } = useSession();
  if (!session) return null;
  const to = session.tenantId === null ? '/tenants' : `/t/${encodeURIComponent(session.tenantId)}/webhooks`;
  return <Navigate to={to} replace />;
}
