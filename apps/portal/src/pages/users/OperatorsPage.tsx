import { useT } from '../../i18n/i18n';
import { UserList } from './UserList';

export function Component() {
  const t = useT();
  return <UserList title={t('users.operators')} />;
}
