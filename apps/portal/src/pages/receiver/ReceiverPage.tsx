import { Button, Paper, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSearchParams } from 'react-router';
import { send } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { Behaviour } from './Behaviour';
import { Counts } from './Counts';
import { HookChoice } from './HookChoice';
import { Publish } from './Publish';
import { ReceivedList } from './ReceivedList';
import { hookPath, useDevReceiver } from './receiver';
import { useHook } from './stream';
import { useTenants } from './tenant';

/** A receiver to try things out with: what arrives, as it arrives, and what it shall do with it. */
export function Component() {
  const t = useT();
  const { data, error } = useDevReceiver();
  const [search, setSearch] = useSearchParams();
  const name = search.get('hook') ?? 'first';
  if (error) return <Empty title={t('receiver.title')} text={t('receiver.off')} />;
  if (!data) return null;
  return <Watched key={name} name={name} onChoose={(hook) => setSearch({ hook })} />;
}

function Watched({ name, onChoose }: { name: string; onChoose(name: string): void }) {
  const t = useT();
  const client = useQueryClient();
  const { hook, requests } = useHook(name);
  // The list of names has one more.
  useEffect(() => void client.invalidateQueries({ queryKey: ['dev-receiver'] }), [client, hook?.name]);
  const clear = useMutation({ mutationFn: () => send('delete', hookPath(name, '/requests')) });
  // All of it at once: nothing is pushed down by what is known later.
  const { isLoading } = useTenants();
  if (!hook || isLoading) return <PageTitle title={t('receiver.title')} />;
  return (
    <Stack>
      <PageTitle title={t('receiver.title')}>
        <Button variant="default" onClick={() => clear.mutate()}>
          {t('receiver.clear')}
        </Button>
      </PageTitle>
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Text>{t('receiver.text')}</Text>
          <HookChoice name={name} onChoose={onChoose} />
          <Behaviour hook={hook} />
          <ErrorNote error={clear.error} />
        </Stack>
      </Paper>
      <Publish />
      <Counts counts={hook.counts} />
      {requests.length === 0 ? (
        <Empty title={t('receiver.empty')} text={t('receiver.emptyText')} />
      ) : (
        <ReceivedList requests={requests} />
      )}
    </Stack>
  );
}
