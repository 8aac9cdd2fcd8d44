import { Group, Paper, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
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

export function Services({ checks, delayMs }: Props) {
  const { t, locale } = useLanguage();
  return (
    <Paper withBorder p="md" mb="md">
      <Title order={2} size="h4" mb="xs">
        {t('overview.health')}
      </Title>
      <Group gap="lg">
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
            <Status value={delayMs > lateMs ? 'failed' : 'live'} text={durationText(delayMs, locale)} />
          </Group>
        )}
      </Group>
    </Paper>
  );
}
