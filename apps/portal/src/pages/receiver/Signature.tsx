import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSubscriptions } from '../../lib/subscriptions';
import { useSession } from '../../shell/session';
import { Status } from '../../ui/Status';
import { useReceiverTenant } from './tenant';
import type { Received } from './receiver';

/** What the receiver's own secret says of a request; where it has none, what the webhook's does. */
export function Signature({ request }: { request: Received }) {
  const t = useT();
  const { state } = request.signature;
  if (state === 'unchecked') return <ByWebhook request={request} />;
  const value = state === 'valid' ? 'delivered' : state === 'invalid' ? 'failed' : 'off';
  return <Status value={value} text={t(`receiver.${state}`)} />;
}

/** Asked of the webhook that has this URL: it alone knows its secrets. */
function ByWebhook({ request }: { request: Received }) {
  const t = useT();
  const tenantId = useReceiverTenant() ?? '';
  const { session } = useSession();
  const { data: webhooks } = useSubscriptions(tenantId);
  const webhook = webhooks?.find(({ url }) => URL.canParse(url) && new URL(url).pathname === request.url);
  const { data } = useQuery({
    queryKey: ['signature', request.n, request.receivedAt, webhook?.id],
    queryFn: () =>
      call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/verify-signature', {
        path: { tenantId, id: webhook?.id ?? '' },
        body: { headers: headersOf(request), body: request.body },
      }),
    enabled: webhook !== undefined && session != null && !request.bodyIsCut,
    staleTime: Infinity,
  });
  if (!data) return <Status value="off" text={t('receiver.unchecked')} />;
  return (
    <Status
      value={data.valid ? 'delivered' : 'failed'}
      text={t(data.valid ? 'receiver.valid' : 'receiver.invalid')}
    />
  );
}

const headersOf = ({ headers }: Received): Record<string, string> =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
