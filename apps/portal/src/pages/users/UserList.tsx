import { Button, Paper, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { User } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { Confirm } from '../../ui/Confirm';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { HiddenHead } from '../../ui/HiddenHead';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { Time } from '../../ui/Time';
import { AddUser } from './AddUser';
import { useRemoveUser, useUsers } from './api';

type Props = { tenantId?: string; title: string; children?: ReactNode };

/** People of a tenant, or the operators. Nobody removes himself: he could not undo it. */
export function UserList({ tenantId, title, children }: Props) {
  const t = useT();
  const { canManage, session } = useSession();
  const { data: users, error } = useUsers(tenantId);
  const [isAdding, add] = useState(false);
  const [removed, askFor] = useState<User>();
  const remove = useRemoveUser(tenantId);
  const newUser = canManage && <Button onClick={() => add(true)}>{t('users.new')}</Button>;
  return (
    <div>
      <PageTitle title={title}>{newUser}</PageTitle>
      <ErrorNote error={error} />
      {users?.length === 0 && (
        <Empty title={t('users.empty')} text={t('users.emptyText')}>
          {newUser}
        </Empty>
      )}
      {users && users.length > 0 && (
        <Paper withBorder>
          <Scroll label={title}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('common.name')}</Table.Th>
                  <Table.Th>{t('users.email')}</Table.Th>
                  <Table.Th>{t('users.role')}</Table.Th>
                  <Table.Th>{t('common.created')}</Table.Th>
                  {canManage && <HiddenHead text={t('users.remove')} />}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {users.map((user) => (
                  <Row
                    key={user.id}
                    user={user}
                    isMe={user.id === session?.id}
                    onRemove={canManage ? () => askFor(user) : undefined}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        </Paper>
      )}
      {users && children}
      {isAdding && <AddUser tenantId={tenantId} onClose={() => add(false)} />}
      <Confirm
        opened={removed !== undefined}
        title={t('users.removeTitle', { name: removed?.name ?? '' })}
        text={t('users.removeText')}
        action={t('users.remove')}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => removed && remove.mutate(removed.id, { onSuccess: () => askFor(undefined) })}
        onClose={() => askFor(undefined)}
      />
    </div>
  );
}

type RowProps = { user: User; isMe: boolean; onRemove: (() => void) | undefined };

function Row({ user: { name, email, role, createdAt }, isMe, onRemove }: RowProps) {
  const t = useT();
  return (
    <Table.Tr>
      <Table.Td className="wrap">
        <Text component="span" fw={600} size="sm">
          {name}
        </Text>
        {isMe && ` (${t('users.you')})`}
      </Table.Td>
      <Table.Td className="wrap">{email}</Table.Td>
      <Table.Td>{t(`role.${role}`)}</Table.Td>
      <Table.Td>
        <Time at={createdAt} />
      </Table.Td>
      {onRemove && (
        <Table.Td ta="right">
          {!isMe && (
            <Button
              variant="default"
              size="xs"
              onClick={onRemove}
              aria-label={`${t('users.remove')}: ${name}`}
            >
              {t('users.remove')}
            </Button>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  );
}
