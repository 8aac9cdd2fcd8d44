import { useParams } from 'react-router';
import { useT } from '../../i18n/i18n';
import { useSubscription } from '../../lib/subscriptions';
import { ManagersOnly } from '../../shell/ManagersOnly';
import { useTenant } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { WebhookForm } from './form/WebhookForm';

export function Component() {
  const t = useT();
  const { id = '' } = useParams();
  const { data: tenant } = useTenant();
  const { data: webhook, error } = useSubscription(tenant?.id ?? '', id);
  return (
    <>
      <PageTitle title={t('form.editTitle')} />
      <ErrorNote error={error} />
      <ManagersOnly>
        {tenant && webhook && <WebhookForm key={webhook.id} tenant={tenant} webhook={webhook} />}
      </ManagersOnly>
    </>
  );
}
