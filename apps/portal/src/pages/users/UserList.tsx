import { Button, Group, Paper, Table } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { User } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { Clip } from '../../ui/Clip';
import { Confirm } from '../../ui/Confirm';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { HiddenHead } from '../../ui/HiddenHead';
import { PageTitle } from '../../ui/PageTitle';
import { Scroll } from '../../ui/Scroll';
import { useSay } from '../../ui/say';
import { Time } from '../../ui/Time';
import { AddUser } from './AddUser';
import { EditUser } from './EditUser';
import { useRemoveUser, useUsers } from '../../lib/users';

type Props = { tenantId?: string; title: string; children?: ReactNode };

/** People of a tenant, or the operators. Nobody removes himself: he could not undo it. */
export function UserList({ tenantId, title, children }: Props) {
  const t = useT();
  const { canManage, session } = useSession();
  const { data: users, error } = useUsers(tenantId);
  const [isAdding, add] = useState(false);
  const [removed, askFor] = useState<User>();
  const [edited, edit] = useState<User>();
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
          <Scroll label={title} minWidth={760}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('common.name')}</Table.Th>
                  <Table.Th>{t('users.email')}</Table.Th>
                  <Table.Th>{t('users.role')}</Table.Th>
                  <Table.Th>{t('common.created')}</Table.Th>
                  {canManage && <HiddenHead text={t('common.actions')} />}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {users.map((user) => (
                  <Row
                    key={user.id}
                    user={user}
                    isMe={user.id === session?.id}
                    onEdit={canManage ? () => edit(user) : undefined}
                    onRemove={() => askFor(user)}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        </Paper>
      )}
      {users && children}
      {isAdding && <AddUser tenantId={tenantId} onClose={() => add(false)} />}
      {edited && <Edit tenantId={tenantId} user={edited} onUser={edit} />}
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

type EditProps = { tenantId: string | undefined; user: User; onUser(user: User | undefined): void };

/** A user as he was when it was opened; undefined: it is done. */
function Edit({ tenantId, user, onUser }: EditProps) {
  const t = useT();
  const say = useSay();
  const { refetch } = useUsers(tenantId);
  const reload = async () => {
    const { data } = await refetch({ throwOnError: true });
    const now = data?.find(({ id }) => id === user.id);
    if (!now) say(t('error.gone'));
    onUser(now);
  };
  return (
    <EditUser
      key={user.version}
      {...{ tenantId, user }}
      onReload={reload}
      onClose={() => onUser(undefined)}
    />
  );
}

type RowProps = { user: User; isMe: boolean; onEdit: (() => void) | undefined; onRemove(): void };

function Row({ user: { name, email, role, createdAt }, isMe, onEdit, onRemove }: RowProps) {
  const t = useT();
  return (
    <Table.Tr>
      <Table.Td>
        <Clip text={name} fw={600} />
        {isMe && `(${t('users.you')})`}
      </Table.Td>
      <Table.Td>
        <Clip text={email} />
      </Table.Td>
      <Table.Td>{t(`role.${role}`)}</Table.Td>
      <Table.Td>
        <Time at={createdAt} />
      </Table.Td>
      {onEdit && (
        <Table.Td>
          {!isMe && (
            <Group gap="xs" justify="flex-end" wrap="nowrap">
              <Button
                variant="default"
                size="xs"
                onClick={onEdit}
                aria-label={`${t('common.edit')}: ${name}`}
              >
                {t('common.edit')}
              </Button>
              <Button
                variant="default"
                size="xs"
                onClick={onRemove}
                aria-label={`${t('users.remove')}: ${name}`}
              >
                {t('users.remove')}
              </Button>
            </Group>
          )}
        </Table.Td>
      )}
    </Table.Tr>
  );
}
