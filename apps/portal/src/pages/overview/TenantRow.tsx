import { Table, Text } from '@mantine/core';
import type { Tenant } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSubscriptions, useWaiting } from '../../lib/subscriptions';
import { RouteLink } from '../../ui/RouteLink';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { sumOfLanes } from './lanes';

const everyMs = 10_000;

export function TenantRow({ tenant: { id, name, profile } }: { tenant: Tenant }) {
  const t = useT();
  const { data: webhooks } = useSubscriptions(id, everyMs);
  const { data } = useWaiting(id, undefined, everyMs);
  const lanes = data && sumOfLanes(data);
  const active = webhooks?.filter(({ status }) => status === 'active').length;
  return (
    <Table.Tr>
      <Table.Td>
        <RouteLink to={`/t/${encodeURIComponent(id)}/webhooks`} fw={600} className="wrap">
          {name}
        </RouteLink>
        <Text size="sm" c="dimmed" truncate title={id}>
          {id}
        </Text>
      </Table.Td>
      <Table.Td>{profile}</Table.Td>
      <Table.Td className="tabular">
        {webhooks ? t('overview.ofActive', { active: active ?? 0, n: webhooks.length }) : '–'}
      </Table.Td>
      <Table.Td>
        {lanes && lanes.parked > 0 && (
          <div>
            <Status value="parked" text={t('overview.parked', { n: lanes.parked })} />
          </div>
        )}
        {lanes && lanes.behind > 0 && (
          <div>
            <Status value="behind" text={t('overview.behind', { n: lanes.behind })} />
          </div>
        )}
        {lanes && lanes.parked + lanes.behind === 0 && <Status value="live" text={t('overview.live')} />}
      </Table.Td>
      <Table.Td className="tabular">
        {lanes && lanes.waiting > 0 ? t('webhooks.number', { n: lanes.waiting }) : '–'}
      </Table.Td>
      <Table.Td>
        <Time at={lanes?.oldestAt} never="–" />
      </Table.Td>
    </Table.Tr>
  );
}
