import { Button, Paper, Table, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { PortalLink } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useNames } from '../../lib/names';
import type { Names } from '../../lib/names-in';
import { useTenantId } from '../../shell/tenant';
import { Clip } from '../../ui/Clip';
import { Confirm } from '../../ui/Confirm';
import { ErrorNote } from '../../ui/ErrorNote';
import { HiddenHead } from '../../ui/HiddenHead';
import { LoadMore } from '../../ui/LoadMore';
import { Scroll } from '../../ui/Scroll';
import { Time } from '../../ui/Time';
import { actorOf } from '../audit/words';
import { linksKey, usePortalLinks } from './links';
import { stateOf } from './link-state';

/** Who can come in by a link, or is in by one; both end where it is revoked. Nothing where there are none. */
export function PortalLinks() {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const { items, error, more } = usePortalLinks(tenantId);
  const names = useNames(tenantId);
  const [revoked, askFor] = useState<PortalLink>();
  const revoke = useMutation({
    mutationFn: ({ id: linkId }: PortalLink) =>
      call('delete', '/v1/tenants/{tenantId}/portal-links/{linkId}', { path: { tenantId, linkId } }),
    onSuccess: async () => {
      askFor(undefined);
      await client.invalidateQueries({ queryKey: linksKey(tenantId) });
    },
  });
  return (
    <>
      <ErrorNote error={error} />
      {items && items.length > 0 && (
        <Paper withBorder p="md" mt="md">
          <Title order={2} size="h4" mb="sm">
            {t('links.title')}
          </Title>
          <Scroll label={t('links.title')} minWidth={860}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('common.created')}</Table.Th>
                  <Table.Th>{t('links.by')}</Table.Th>
                  <Table.Th>{t('users.role')}</Table.Th>
                  <Table.Th>{t('links.state')}</Table.Th>
                  <Table.Th>{t('links.session')}</Table.Th>
                  <HiddenHead text={t('links.revoke')} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((link) => (
                  <Row key={link.id} link={link} names={names} onRevoke={() => askFor(link)} />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
          <LoadMore {...more} />
        </Paper>
      )}
      <Confirm
        opened={revoked !== undefined}
        title={t('links.revokeTitle')}
        text={t('links.revokeText')}
        action={t('links.revoke')}
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoked && revoke.mutate(revoked)}
        onClose={() => askFor(undefined)}
      />
    </>
  );
}

type RowProps = { link: PortalLink; names: Names; onRevoke(): void };

function Row({ link, names, onRevoke }: RowProps) {
  const t = useT();
  const { link: itself, session, isLive } = stateOf(link, Date.now());
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={link.createdAt} />
      </Table.Td>
      <Table.Td>
        <Clip text={actorOf(link.createdBy, names, t)} />
      </Table.Td>
      <Table.Td>{t(`role.${link.role}`)}</Table.Td>
      <Table.Td>
        {t(itself.words)} <Time at={itself.at} />
      </Table.Td>
      <Table.Td>
        {session ? (
          <>
            {t(session.words)} <Time at={session.at} />
          </>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td ta="right">
        {isLive && (
          <Button variant="default" size="xs" onClick={onRevoke}>
            {t('links.revoke')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
