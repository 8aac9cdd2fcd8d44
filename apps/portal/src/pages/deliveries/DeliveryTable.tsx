import { Table, Text } from '@mantine/core';
import type { Delivery } from '../../api/types';
import { isText, useT } from '../../i18n/i18n';
import { shownStatus } from '../../lib/wait';
import { useTenantPath } from '../../shell/tenant';
import { useReason } from '../../ui/reason';
import { Clip } from '../../ui/Clip';
import { Due } from '../../ui/Due';
import { RouteLink } from '../../ui/RouteLink';
import { Scroll } from '../../ui/Scroll';
import { Status } from '../../ui/Status';
import { Time } from '../../ui/Time';
import { Url } from '../../ui/Url';

type Props = {
  deliveries: readonly Delivery[];
  label: string;
  /** Names of webhooks by id: only where they are of several. */
  names?: ReadonlyMap<string, string>;
};

export function DeliveryTable({ deliveries, label, names }: Props) {
  const t = useT();
  return (
    <Scroll label={label} minWidth={names ? 960 : 780}>
      <Table layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={165}>{t('common.status')}</Table.Th>
            <Table.Th>{t('deliveries.event')}</Table.Th>
            {names && <Table.Th w="19%">{t('deliveries.webhook')}</Table.Th>}
            <Table.Th w={90}>{t('deliveries.attempts')}</Table.Th>
            <Table.Th w={110}>{t('deliveries.answer')}</Table.Th>
            <Table.Th w={225}>{t('deliveries.when')}</Table.Th>
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

type RowProps = { delivery: Delivery; names: Props['names'] };

function Row({ delivery, names }: RowProps) {
  const t = useT();
  const path = useTenantPath();
  const reasonOf = useReason();
  const { id, eventId, eventType, status, reason, attemptCount, lastStatus, lastError } = delivery;
  const { entity, replayId } = delivery;
  const name = names?.get(delivery.subscriptionId) ?? delivery.subscriptionId;
  const shown = shownStatus(delivery);
  const key = `delivery.${shown}`;
  const address = path(`deliveries/${encodeURIComponent(id)}?eventId=${encodeURIComponent(eventId)}`);
  return (
    <Table.Tr data-delivery={id}>
      <Table.Td>
        <Status value={shown} text={isText(key) ? t(key) : shown} />
      </Table.Td>
      <Table.Td>
        <RouteLink to={address} className="wrap" lineClamp={2} title={eventType}>
          <Url text={eventType} />
        </RouteLink>
        {entity && <Clip size="xs" text={`${entity.name} ${entity.id}`} />}
        {replayId && <Text size="xs">{t('deliveries.replayed')}</Text>}
        {status === 'cancelled' && (
          <Text size="xs" c="dimmed">
            {t('deliveries.cancelled')}
          </Text>
        )}
        {reason && (
          <Text size="xs" c="dimmed" className="wrap">
            {reasonOf(reason)}
          </Text>
        )}
      </Table.Td>
      {names && (
        <Table.Td>
          <Clip text={name} />
        </Table.Td>
      )}
      <Table.Td className="tabular">{attemptCount}</Table.Td>
      <Table.Td className="wrap">{lastStatus ?? lastError ?? '–'}</Table.Td>
      <Table.Td>
        <When delivery={delivery} />
      </Table.Td>
    </Table.Tr>
  );
}

/** When it ended; of what is not over when it is tried next, or since when it waits. */
function When({ delivery }: { delivery: Delivery }) {
  const t = useT();
  const { finishedAt, nextAttemptAt, acceptedAt, firstAttemptAt } = delivery;
  if (finishedAt) return <Time at={finishedAt} />;
  return (
    <>
      <Text size="xs" c="dimmed">
        {t(nextAttemptAt ? 'deliveries.nextAttempt' : 'deliveries.waitsSince')}
      </Text>
      {nextAttemptAt ? <Due at={nextAttemptAt} /> : <Time at={acceptedAt ?? firstAttemptAt} never="–" />}
    </>
  );
}
