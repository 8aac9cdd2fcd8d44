import { useT } from '../../i18n/i18n';
import { ManagersOnly } from '../../shell/ManagersOnly';
import { useTenant } from '../../shell/tenant';
import { PageTitle } from '../../ui/PageTitle';
import { WebhookForm } from './form/WebhookForm';

export function Component() {
  const t = useT();
  const { data: tenant } = useTenant();
  return (
    <>
      <PageTitle title={t('form.newTitle')} />
      <ManagersOnly>{tenant && <WebhookForm tenant={tenant} />}</ManagersOnly>
    </>
  );
}
