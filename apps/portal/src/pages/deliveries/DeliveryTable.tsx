import { Table, Text } from '@mantine/core';
import type { Delivery } from '../../api/types';
import { isText, useT } from '../../i18n/i18n';
import { useTenantPath } from '../../shell/tenant';
import { useReason } from '../../ui/reason';
import { RouteLink } from '../../ui/RouteLink';
import { Scroll } from '../../ui/Scroll';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';

type Props = {
  deliveries: readonly Delivery[];
  label: string;
  /** Names of webhooks by id: only where they are of several. */
  names?: ReadonlyMap<string, string>;
};

export function DeliveryTable({ deliveries, label, names }: Props) {
  const t = useT();
  return (
    <Scroll label={label} minWidth={names ? 820 : 680}>
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={140}>{t('common.status')}</Table.Th>
            <Table.Th>{t('deliveries.event')}</Table.Th>
            {names && <Table.Th>{t('deliveries.webhook')}</Table.Th>}
            <Table.Th w={90}>{t('deliveries.attempts')}</Table.Th>
            <Table.Th w={120}>{t('deliveries.answer')}</Table.Th>
            <Table.Th w={200}>{t('deliveries.when')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {deliveries.map((delivery) => (
            <Row key={delivery.id} delivery={delivery} names={names} />
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}

function Row({ delivery, names }: { delivery: Delivery; names: Props['names'] }) {
  const t = useT();
  const path = useTenantPath();
  const reasonOf = useReason();
  const { id, eventId, eventType, status, reason, attemptCount, lastStatus, lastError } = delivery;
  const { finishedAt, firstAttemptAt, nextAttemptAt, subscriptionId } = delivery;
  const key = `delivery.${status}`;
  const address = path(`deliveries/${encodeURIComponent(id)}?eventId=${encodeURIComponent(eventId)}`);
  return (
    <Table.Tr data-delivery={id}>
      <Table.Td>
        <Status value={status} text={isText(key) ? t(key) : status} />
      </Table.Td>
      <Table.Td>
        <RouteLink to={address} className="wrap">
          {eventType}
        </RouteLink>
        {reason && (
          <Text size="xs" c="dimmed" truncate title={reasonOf(reason)}>
            {reasonOf(reason)}
          </Text>
        )}
      </Table.Td>
      {names && (
        <Table.Td>
          <Text size="sm" truncate title={names.get(subscriptionId) ?? subscriptionId}>
            {names.get(subscriptionId) ?? subscriptionId}
          </Text>
        </Table.Td>
      )}
      <Table.Td className="tabular">{attemptCount}</Table.Td>
      <Table.Td className="wrap">{lastStatus ?? lastError ?? '–'}</Table.Td>
      <Table.Td>
        <Time at={finishedAt ?? nextAttemptAt ?? firstAttemptAt} never="–" />
      </Table.Td>
    </Table.Tr>
  );
}
