import { Table } from '@mantine/core';
import type { Subscription, WaitingLane } from '../../api/types';
import { isText, useT } from '../../i18n/i18n';
import { Clip } from '../../ui/Clip';
import { RouteLink } from '../../ui/RouteLink';
import { Status } from '../../ui/Status';
import { Due } from '../../ui/Due';

type Props = { tenantId: string; lanes: readonly WaitingLane[]; webhooks: readonly Subscription[] };

/** The lanes of a tenant that wait: which webhook's, at which attempt, how much, and until when. */
export function LaneTable({ tenantId, lanes, webhooks }: Props) {
  const t = useT();
  return (
    <Table layout="fixed" aria-label={t('overview.lanesOf', { name: tenantId })}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('overview.lane')}</Table.Th>
          <Table.Th w="26%">{t('common.status')}</Table.Th>
          <Table.Th w="14%">{t('overview.attempt')}</Table.Th>
          <Table.Th w="10%">{t('webhooks.backlog')}</Table.Th>
          <Table.Th w="22%">{t('overview.next')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {lanes.map((lane) => {
          const { subscriptionId: id, lane: name, state, attempt, attempts, waiting, nextAttemptAt } = lane;
          const webhook = webhooks.find((each) => each.id === id);
          const called = webhook?.name || webhook?.url || id;
          const word = `overview.lane.${state}`;
          return (
            <Table.Tr key={`${id} ${name}`}>
              <Table.Td>
                <Clip text={`${called}${name && ` · ${name}`}`}>
                  <RouteLink to={`/t/${encodeURIComponent(tenantId)}/webhooks/${encodeURIComponent(id)}`}>
                    {called}
                  </RouteLink>
                  {name && ` · ${name}`}
                </Clip>
              </Table.Td>
              <Table.Td>
                <Status value={state} text={isText(word) ? t(word) : state} />
              </Table.Td>
              <Table.Td className="tabular">{attempts ? `${attempt} / ${attempts}` : '–'}</Table.Td>
              <Table.Td className="tabular">{t('webhooks.number', { n: waiting })}</Table.Td>
              <Table.Td>
                <Due at={nextAttemptAt} />
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
