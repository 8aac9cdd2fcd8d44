import { Group, NumberInput, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { send } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { SecretText } from '../../ui/SecretText';
import { Publish } from './Publish';
import { ReceivedList } from './ReceivedList';
import { useDevReceiver, type Behaviour } from './receiver';

const modes = ['ok', 'fail', 'gone', 'delay', 'hang'] as const;

/** A receiver to try things out with: what arrived, and what it shall do with what comes. */
export function Component() {
  const t = useT();
  const client = useQueryClient();
  const { data, error } = useDevReceiver({ isWatched: true });
  const reload = () => client.invalidateQueries({ queryKey: ['dev-receiver'] });
  const behave = useMutation({
    mutationFn: (behaviour: Behaviour) => send('put', '/dev/receiver/behaviour', { body: behaviour }),
    onSuccess: reload,
  });
  const clear = useMutation({
    mutationFn: () => send('delete', '/dev/receiver/requests'),
    onSuccess: reload,
  });
  if (error) return <Empty title={t('receiver.title')} text={t('receiver.off')} />;
  if (!data) return null;
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
          <SecretText value={`${window.location.origin}/dev/receiver/hooks/first`} label="URL" />
          <Behaviours behaviour={data.behaviour} onChange={(behaviour) => behave.mutate(behaviour)} />
          <ErrorNote error={behave.error ?? clear.error} />
        </Stack>
      </Paper>
      <Publish />
      {data.requests.length === 0 ? (
        <Empty title={t('receiver.empty')} text={t('receiver.emptyText')} />
      ) : (
        <ReceivedList requests={data.requests} />
      )}
    </Stack>
  );
}

function Behaviours({ behaviour, onChange }: { behaviour: Behaviour; onChange(behaviour: Behaviour): void }) {
  const t = useT();
  const [delayMs, setDelay] = useState(behaviour.delayMs);
  return (
    <Group align="end">
      <div>
        <Text size="sm" fw={500} id="behaviour">
          {t('receiver.behaviour')}
        </Text>
        <SegmentedControl
          aria-labelledby="behaviour"
          data={modes.map((value) => ({ value, label: t(`receiver.${value}`) }))}
          value={behaviour.mode}
          onChange={(mode) => onChange({ mode: mode as Behaviour['mode'], delayMs })}
        />
      </div>
      {behaviour.mode === 'delay' && (
        <NumberInput
          label={t('receiver.delayMs')}
          min={0}
          max={60_000}
          step={500}
          value={delayMs}
          onChange={(value) => setDelay(Number(value) || 0)}
          onBlur={() => onChange({ mode: 'delay', delayMs })}
        />
      )}
    </Group>
  );
}
