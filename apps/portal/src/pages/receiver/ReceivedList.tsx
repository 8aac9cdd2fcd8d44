import { Accordion, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSubscriptions } from '../../lib/subscriptions';
import { useSession } from '../../shell/session';
import { Raw } from '../../ui/Raw';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { useReceiverTenant } from './tenant';
import type { Received } from './receiver';

/** What arrived, newest first; each can be opened. */
export function ReceivedList({ requests }: { requests: readonly Received[] }) {
  return (
    <Accordion variant="contained" multiple order={2}>
      {requests.map((request) => (
        <Accordion.Item key={request.n} value={String(request.n)}>
          <Accordion.Control>
            <Line request={request} />
          </Accordion.Control>
          <Accordion.Panel>
            <Raw text={`${linesOf(request)}\n\n${request.body}`} label={request.path} />
            {request.body !== '' && <Raw text={request.body} label={request.path} />}
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

const linesOf = ({ method, path, headers }: Received): string =>
  [`${method} ${path}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\n');

function Line({ request }: { request: Received }) {
  const t = useT();
  const { method, path, at, answered, headers } = request;
  const said =
    answered === null ? t('receiver.hanging') : t('receiver.answered', { status: String(answered) });
  return (
    <Group gap="md" data-received={request.n}>
      <Text size="sm" className="tabular">
        <Time at={at} />
      </Text>
      <Text size="sm" fw={600}>
        {method} {path.replace('/dev/receiver/hooks', '…')}
      </Text>
      <Text size="sm">{headers['webhook-id']}</Text>
      <Status value={answered === 200 ? 'delivered' : 'failed'} text={said} />
      {method === 'POST' && <Signature request={request} />}
    </Group>
  );
}

/** Asked of the webhook that has this URL: it alone knows its secrets. */
function Signature({ request }: { request: Received }) {
  const t = useT();
  const tenantId = useReceiverTenant() ?? '';
  const { session } = useSession();
  const { data: webhooks } = useSubscriptions(tenantId);
  const webhook = webhooks?.find(({ url }) => URL.canParse(url) && new URL(url).pathname === request.path);
  const { data } = useQuery({
    queryKey: ['signature', request.n, request.at, webhook?.id],
    queryFn: () =>
      call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/verify-signature', {
        path: { tenantId, id: webhook?.id ?? '' },
        body: { headers: request.headers, body: request.body },
      }),
    enabled: webhook !== undefined && session != null,
    staleTime: Infinity,
  });
  if (webhooks && !webhook) return <Status value="off" text={t('receiver.unknown')} />;
  if (!data) return null;
  return (
    <Status
      value={data.valid ? 'delivered' : 'failed'}
      text={t(data.valid ? 'receiver.valid' : 'receiver.invalid')}
    />
  );
}
