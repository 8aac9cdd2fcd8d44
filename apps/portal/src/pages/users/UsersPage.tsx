import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { PortalLink } from './PortalLink';
import { PortalLinks } from './PortalLinks';
import { UserList } from './UserList';

export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { canManage } = useSession();
  return (
    <UserList tenantId={tenantId} title={t('users.title')}>
      {canManage && <PortalLink key={tenantId} />}
      {canManage && <PortalLinks />}
    </UserList>
  );
}
