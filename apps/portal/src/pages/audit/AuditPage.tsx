import { Button, Paper, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { addressOf } from '../../api/client';
import type { AuditEntry } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { usePages } from '../../lib/cursor-pages';
import { useNames } from '../../lib/names';
import { namesThen, type Called, type Names } from '../../lib/names-in';
import { useTenantId, useTenantPath } from '../../shell/tenant';
import { Clip } from '../../ui/Clip';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { HiddenHead } from '../../ui/HiddenHead';
import { LoadMore } from '../../ui/LoadMore';
import { PageTitle } from '../../ui/PageTitle';
import { Raw } from '../../ui/Raw';
import { RouteLink } from '../../ui/RouteLink';
import { Scroll } from '../../ui/Scroll';
import { Time } from '../../ui/Time';
import { aboutId, aboutOf, actorOf, placeOf, subjectOf } from './words';

const everyMs = 10_000;

/** Who changed what, when, from where; newest first. */
export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const path = '/v1/tenants/{tenantId}/audit';
  const { items, error, more } = usePages<AuditEntry>(['audit', tenantId], path, {
    params: { tenantId },
    query: {},
    everyMs,
  });
  const names = useNames(tenantId, items);
  const called = namesThen(items?.map((entry) => ({ ...entry, about: aboutId(entry) })) ?? [], names);
  return (
    <>
      <PageTitle title={t('audit.title')}>
        {items && items.length > 0 && (
          <Button component="a" variant="default" href={addressOf(`${path}/export`, { tenantId })} download>
            {t('audit.export')}
          </Button>
        )}
      </PageTitle>
      <ErrorNote error={error} />
      {items?.length === 0 && <Empty title={t('audit.empty')} text={t('audit.emptyText')} />}
      {items && items.length > 0 && (
        <Paper withBorder>
          <Scroll label={t('audit.title')} minWidth={760}>
            <Table layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="22%">{t('audit.at')}</Table.Th>
                  <Table.Th w="24%">{t('audit.who')}</Table.Th>
                  <Table.Th w="42%">{t('audit.what')}</Table.Th>
                  <HiddenHead w="12%" text={t('audit.details')} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((entry, at) => (
                  <Entry
                    key={entry.seq}
                    entry={entry}
                    names={names}
                    called={called[at] ?? { name: undefined }}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        </Paper>
      )}
      <LoadMore {...more} />
    </>
  );
}

type EntryProps = { entry: AuditEntry; names: Names; called: Called };

function Entry({ entry, names, called }: EntryProps) {
  const t = useT();
  const [isOpen, open] = useState(false);
  const { seq, at, actor, origin, id, changes } = entry;
  const place = placeOf(entry);
  const path = useTenantPath();
  const what = aboutOf(entry, t);
  const who = actorOf(actor, names, t);
  const subject = subjectOf(entry, called);
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <Time at={at} />
        </Table.Td>
        <Table.Td>
          <Clip text={who} />
        </Table.Td>
        <Table.Td className="wrap">
          {what}
          <Clip text={subject || (place ? id : '')} c="dimmed">
            {place && <RouteLink to={path(place)}>{subject || id}</RouteLink>}
          </Clip>
        </Table.Td>
        <Table.Td ta="right">
          <Button
            variant="default"
            size="xs"
            aria-expanded={isOpen}
            aria-label={`${t('audit.details')}: ${what}`}
            onClick={() => open(!isOpen)}
          >
            {t('audit.details')}
          </Button>
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={4}>
            <Text size="sm" className="wrap">
              {t('audit.byId', { id: actor })}
              {origin && ` · ${t('audit.origin', { origin })}`}
            </Text>
            <Text size="sm" className="wrap" mb="xs">
              {t('audit.ofId', { id })}
            </Text>
            <Raw text={JSON.stringify(changes)} label={`${t('audit.changes')}: ${what} ${seq}`} />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
