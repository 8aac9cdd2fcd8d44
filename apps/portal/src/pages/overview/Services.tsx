import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useLanguage } from '../../i18n/i18n';
import { Status } from '../../ui/Status';
import { durationText } from '../../ui/time-text';

type Report = { ok: boolean; checks: Record<string, string> };

const everyMs = 5_000;
/** Beyond it people see that the log is not up to date. */
const lateMs = 10_000;

/** What the process that answers says of itself, and how far the log is behind what happened. */
export function useServices() {
  const health = useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }): Promise<Report> => {
      // 503 is an answer, too.
      const response = await fetch('/health/ready', { headers: { accept: 'application/json' }, signal });
      return (await response.json()) as Report;
    },
    refetchInterval: everyMs,
  });
  const log = useQuery({
    queryKey: ['health', 'delivery-log'],
    queryFn: ({ signal }) => call('get', '/health/delivery-log', { signal }),
    refetchInterval: everyMs,
  });
  return {
    checks: Object.entries(health.data?.checks ?? {}),
    delayMs: log.data?.delayMs,
    isLoading: health.isLoading || log.isLoading,
  };
}

type Props = { checks: [name: string, said: string][]; delayMs: number | undefined };

/** What the page is for, and in one line that all is well; what is not opens the list by itself. */
export function Services({ checks, delayMs }: Props) {
  const { t, locale } = useLanguage();
  const isLate = delayMs !== undefined && delayMs > lateMs;
  const down = checks.filter(([, said]) => said !== 'ok').length;
  const isWell = down === 0 && !isLate;
  const [isOpen, open] = useState<boolean>();
  const isShown = isOpen ?? !isWell;
  const words = down > 0 ? t('overview.down', { n: down }) : t(isLate ? 'overview.late' : 'overview.up');
  return (
    <>
      <Text mb="md">{t('overview.means')}</Text>
      <Paper withBorder p="sm" mb="md">
        <Group justify="space-between">
          <Title order={2} size="h5" fw={500}>
            <Status value={isWell ? 'live' : 'failed'} text={words} />
          </Title>
          <Button variant="default" size="xs" aria-expanded={isShown} onClick={() => open(!isShown)}>
            {t('overview.details')}
          </Button>
        </Group>
        {isShown && (
          <Group gap="lg" mt="sm">
            {checks.map(([name, said]) => (
              <Status
                key={name}
                value={said === 'ok' ? 'live' : 'failed'}
                text={said === 'ok' ? name : `${name}: ${said}`}
              />
            ))}
            {delayMs !== undefined && (
              <Group gap={6}>
                <Text size="sm">{t('overview.lag')}:</Text>
                <Status value={isLate ? 'failed' : 'live'} text={durationText(delayMs, locale)} />
              </Group>
            )}
          </Group>
        )}
      </Paper>
    </>
  );
}
