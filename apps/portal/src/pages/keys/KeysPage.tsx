import { Button, Paper, Table, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { ApiKey } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { keysKey, useKeys } from '../../lib/keys';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { Clip } from '../../ui/Clip';
import { Confirm } from '../../ui/Confirm';
import { HiddenHead } from '../../ui/HiddenHead';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { Time } from '../../ui/Time';
import { NewKey } from './NewKey';

/** Keys of programs: what each may do, when it was used last. A key itself is shown once, when it is made. */
export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const { canManage, isOperator } = useSession();
  const [isMaking, make] = useState(false);
  const [revoked, revoke] = useState<ApiKey>();
  const { data, error } = useKeys(tenantId, 15_000);
  const reload = () => client.invalidateQueries({ queryKey: keysKey(tenantId) });
  const remove = useMutation({
    mutationFn: ({ id: keyId }: ApiKey) =>
      call('delete', '/v1/tenants/{tenantId}/keys/{keyId}', { path: { tenantId, keyId } }),
    onSuccess: async () => {
      revoke(undefined);
      await reload();
    },
  });
  const newKey = canManage && <Button onClick={() => make(true)}>{t('keys.new')}</Button>;
  return (
    <>
      <PageTitle title={t('keys.title')}>{newKey}</PageTitle>
      <Text size="sm" mb="md">
        {t('keys.means')} {t(isOperator ? 'keys.meansOperator' : 'keys.meansTenant')}
      </Text>
      <ErrorNote error={error} />
      {data?.items.length === 0 && (
        <Empty title={t('keys.empty')} text={t('keys.emptyText')}>
          {newKey}
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <KeyTable keys={data.items} onRevoke={canManage ? revoke : undefined} />
      )}
      {isMaking && (
        <NewKey
          onClose={() => {
            make(false);
            void reload();
          }}
        />
      )}
      <Confirm
        opened={revoked !== undefined}
        title={t('keys.revokeTitle', { name: revoked?.name ?? '' })}
        text={t('keys.revokeText')}
        action={t('keys.revoke')}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => revoked && remove.mutate(revoked)}
        onClose={() => revoke(undefined)}
      />
    </>
  );
}

type TableProps = { keys: readonly ApiKey[]; onRevoke: ((key: ApiKey) => void) | undefined };

function KeyTable({ keys, onRevoke }: TableProps) {
  const t = useT();
  return (
    <Paper withBorder>
      <Scroll label={t('keys.title')} minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('common.name')}</Table.Th>
              <Table.Th>{t('keys.scopes')}</Table.Th>
              <Table.Th>{t('keys.lastUsed')}</Table.Th>
              <Table.Th>{t('common.created')}</Table.Th>
              <Table.Th>{t('keys.expires')}</Table.Th>
              {onRevoke && <HiddenHead text={t('keys.revoke')} />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map((key) => (
              <Table.Tr key={key.id}>
                <Table.Td>
                  <Clip text={key.name} fw={600} />
                </Table.Td>
                <Table.Td>{key.scopes.map((scope) => t(`keys.${scope}`)).join(', ')}</Table.Td>
                <Table.Td>
                  <Time at={key.lastUsedAt} />
                </Table.Td>
                <Table.Td>
                  <Time at={key.createdAt} />
                </Table.Td>
                <Table.Td>
                  <Time at={key.expiresAt} />
                </Table.Td>
                {onRevoke && (
                  <Table.Td ta="right">
                    <Button
                      variant="default"
                      size="xs"
                      onClick={() => onRevoke(key)}
                      aria-label={`${t('keys.revoke')}: ${key.name}`}
                    >
                      {t('keys.revoke')}
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Scroll>
    </Paper>
  );
}
