import { useState } from 'react';
import { useParams } from 'react-router';
import { useT } from '../../i18n/i18n';
import { useSubscriptionNow } from '../../lib/subscriptions';
import { ManagersOnly } from '../../shell/ManagersOnly';
import { useTenant } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { WebhookForm } from './form/WebhookForm';

export function Component() {
  const t = useT();
  const { id = '' } = useParams();
  const { data: tenant } = useTenant();
  const { webhook, error, refetch } = useSubscriptionNow(tenant?.id ?? '', id);
  const [reloads, setReloads] = useState(0);
  const reload = async () => {
    await refetch({ throwOnError: true });
    setReloads((before) => before + 1);
  };
  const key = `${id}/${reloads}`;
  return (
    <>
      <PageTitle title={t('form.editTitle')} />
      <ErrorNote error={error} />
      <ManagersOnly>
        {tenant && webhook && <WebhookForm key={key} tenant={tenant} webhook={webhook} onReload={reload} />}
      </ManagersOnly>
    </>
  );
}
