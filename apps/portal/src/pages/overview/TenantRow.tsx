import { Button, Table } from '@mantine/core';
import { useState } from 'react';
import type { Tenant } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { platformName } from '../../lib/platforms';
import { useSubscriptions, useWaiting } from '../../lib/subscriptions';
import { Clip } from '../../ui/Clip';
import { RouteLink } from '../../ui/RouteLink';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { LaneTable } from './LaneTable';
import { sumOfLanes, type Lanes } from './lanes';

export const rowEveryMs = 10_000;

export function TenantRow({ tenant: { id, name, profile } }: { tenant: Tenant }) {
  const t = useT();
  const [isOpen, open] = useState(false);
  const { data: webhooks } = useSubscriptions(id, rowEveryMs);
  const { data: waiting } = useWaiting(id, undefined, rowEveryMs);
  const lanes = waiting && sumOfLanes(waiting);
  const active = webhooks?.filter(({ status }) => status === 'active').length;
  const isWaiting = waiting !== undefined && waiting.length > 0;
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <RouteLink
            to={`/t/${encodeURIComponent(id)}/webhooks`}
            fw={600}
            className="wrap"
            lineClamp={2}
            title={name}
          >
            {name}
          </RouteLink>
          <Clip text={id} c="dimmed" />
        </Table.Td>
        <Table.Td>{lanes && <LaneWords lanes={lanes} />}</Table.Td>
        <Table.Td>{platformName(profile)}</Table.Td>
        <Table.Td className="tabular">
          {webhooks ? t('overview.ofActive', { active: active ?? 0, n: webhooks.length }) : '–'}
        </Table.Td>
        <Table.Td className="tabular">
          {lanes && lanes.waiting > 0 ? t('webhooks.number', { n: lanes.waiting }) : '–'}
        </Table.Td>
        <Table.Td>
          <Time at={lanes?.oldestAt} never="–" />
          {isWaiting && (
            <Button
              variant="default"
              size="compact-xs"
              ml="xs"
              aria-expanded={isOpen}
              aria-label={t('overview.lanesOf', { name })}
              onClick={() => open(!isOpen)}
            >
              {t('overview.lanes')}
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
      {isOpen && isWaiting && (
        <Table.Tr>
          <Table.Td colSpan={6}>
            <LaneTable tenantId={id} lanes={waiting} webhooks={webhooks ?? []} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

function LaneWords({ lanes: { parked, behind, others } }: { lanes: Lanes }) {
  const t = useT();
  if (parked + behind + others === 0) return <Status value="live" text={t('overview.live')} />;
  return (
    <>
      {parked > 0 && (
        <div>
          <Status value="parked" text={t('overview.parked', { n: parked })} />
        </div>
      )}
      {behind > 0 && (
        <div>
          <Status value="behind" text={t('overview.behind', { n: behind })} />
        </div>
      )}
      {others > 0 && (
        <div>
          <Status value="pending" text={t('overview.others', { n: others })} />
        </div>
      )}
    </>
  );
}
