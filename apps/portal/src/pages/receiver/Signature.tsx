import { useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { subscriptionsOf } from '../../lib/subscriptions';
import { Status } from '../../ui/Status';
import { useReceiverTenant, useTenants } from './tenant';
import type { Received } from './receiver';
import { sayVerdict, type Verdict } from './verdict';

/** What the receiver's own secret says of a request; where it has none, what the webhook's does. */
export function Signature({ request }: { request: Received }) {
  const t = useT();
  const { state } = request.signature;
  if (state === 'unchecked') return <ByWebhook request={request} />;
  const value = state === 'valid' ? 'delivered' : state === 'invalid' ? 'failed' : 'off';
  return <Status value={value} text={t(`receiver.${state}`)} />;
}

/** On a machine of one's own there are few tenants; more are not asked. */
const tenantsMax = 20;
const againMs = 10_000;

/** Asked of the webhooks that have this URL: they alone know their secrets. For operators, of any tenant. */
function ByWebhook({ request }: { request: Received }) {
  const t = useT();
  const client = useQueryClient();
  const tenantId = useReceiverTenant();
  const { data: tenants = [], isLoading: areTenantsLoading } = useTenants();
  const ids = [...new Set([tenantId ?? [], tenants.map(({ id }) => id)].flat())].slice(0, tenantsMax);
  const { data: verdict, isError } = useQuery({
    queryKey: ['signature', request.n, request.receivedAt, ids],
    queryFn: async (): Promise<Verdict> => {
      let verdict: Verdict = 'unchecked';
      for (const id of ids) {
        const webhooks = await client.fetchQuery({ ...subscriptionsOf(id), staleTime: againMs });
        for (const webhook of webhooks.filter(({ url }) => isAt(url, request.url))) {
          verdict = (await isSignedBy(id, webhook.id, request)) ? 'valid' : 'invalid';
          if (verdict === 'valid') return verdict;
        }
      }
      return verdict;
    },
    enabled: !areTenantsLoading && ids.length > 0 && !request.bodyIsCut,
    staleTime: Infinity,
    // Its webhook may come later.
    refetchInterval: (query) => (query.state.data === 'unchecked' ? againMs : false),
  });
  const said = sayVerdict({
    verdict,
    isNobody: !areTenantsLoading && ids.length === 0,
    isHopeless: request.bodyIsCut || isError,
  });
  const mark = said === 'valid' ? 'delivered' : said === 'invalid' ? 'failed' : 'off';
  return <Status value={mark} text={t(`receiver.${said}`)} />;
}

const isAt = (url: string, path: string): boolean => URL.canParse(url) && new URL(url).pathname === path;

async function isSignedBy(tenantId: string, id: string, request: Received): Promise<boolean> {
  const answer = await call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/verify-signature', {
    path: { tenantId, id },
    body: { headers: headersOf(request), body: request.body },
  });
  return answer.valid;
}

const headersOf = ({ headers }: Received): Record<string, string> =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
