import { Paper, Table, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Subscription } from '../../api/types';
import { isText, useT } from '../../i18n/i18n';
import { filterText } from '../../lib/filter';
import { retriesOf } from '../../lib/retry';
import { useProfile } from '../../shell/tenant';
import { Time } from '../../ui/Time';
import { Url } from '../../ui/Url';

export function SettingsList({ webhook }: { webhook: Subscription }) {
  const t = useT();
  const profile = useProfile();
  const { url, filter, ordering, retryPolicy, timeoutMs, rateLimit, headers, createdAt, description } =
    webhook;
  const order = `form.ordering.${ordering}`;
  const rows: [label: string, value: ReactNode][] = [
    [profile === 'brz365' ? t('form.url.brz365') : t('form.url'), <Url key="url" text={url} />],
    ...(description ? [[t('form.description'), description] as [string, ReactNode]] : []),
    [t('form.events'), filterText(filter, t('common.all'))],
    [t('form.ordering'), isText(order) ? t(order) : ordering],
    [t('detail.retries'), retriesOf(retryPolicy) ?? '–'],
    [t('form.timeout'), timeoutMs],
    [t('form.rateLimit'), rateLimit ?? '–'],
    [
      t('delivery.headers'),
      Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n') || '–',
    ],
    [t('common.created'), <Time key="created" at={createdAt} />],
  ];
  return (
    <Paper withBorder p="md" h="100%">
      <Title order={2} size="h4" mb="sm">
        {t('detail.settings')}
      </Title>
      <Table layout="fixed">
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row" fw={500} w="38%">
                {label}
              </Table.Th>
              <Table.Td className="wrap" style={{ whiteSpace: 'pre-wrap' }}>
                {value}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
