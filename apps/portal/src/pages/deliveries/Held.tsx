import { Text } from '@mantine/core';
import type { DeliveryDetail } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { waitOf } from '../../lib/wait';
import { useTenantPath } from '../../shell/tenant';
import { RouteLink } from '../../ui/RouteLink';

/** Of a delivery that cannot be tried alone: what has to happen first, and where that is done. */
export function Held({ delivery }: { delivery: DeliveryDetail }) {
  const t = useT();
  const path = useTenantPath();
  const wait = waitOf(delivery);
  if (wait === null || wait === 'alone') return null;
  return (
    <Text size="sm">
      {t(`delivery.held.${wait}`)}{' '}
      {wait !== 'turn' && (
        <RouteLink to={path(`webhooks/${delivery.subscriptionId}`)} size="sm">
          {t('delivery.toWebhook')}
        </RouteLink>
      )}
    </Text>
  );
}
