import { Center, Grid, Group, Paper, SegmentedControl, Text, Title } from '@mantine/core';
import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';
import { useState } from 'react';
import type { Delivery, Stats } from '../../api/types';
import { useLanguage, useT } from '../../i18n/i18n';
import { lastDay, lastHour, lastMonth, statsAgainMs } from '../../lib/stats';
import { useStats } from '../../lib/subscriptions';
import { useTenantId } from '../../shell/tenant';
import { shortMs } from '../../ui/time-text';
import { useTimes } from '../../ui/times';

const spans = { hour: lastHour, day: lastDay, month: lastMonth };

/** The widest first: where two have the same values, both are seen. */
const lines = [
  { name: 'p99', label: 'p99', color: 'grape.4' },
  { name: 'p95', label: 'p95', color: 'orange.7' },
  { name: 'p50', label: 'p50', color: 'blue.6', strokeDasharray: '5 3' },
];

type Props = {
  id: string;
  open: number;
  /** The newest ones, as the page shows them. */
  deliveries: readonly Delivery[];
};

/**
 * Volume and latency over time; what is `open` the page knows better. Loaded when it is looked at:
 * charts are half of the portal's code.
 */
export default function Charts({ id, open, deliveries }: Props) {
  const t = useT();
  const [span, setSpan] = useState<keyof typeof spans>('hour');
  const { data } = useStats(useTenantId(), id, spans[span], (last) =>
    statsAgainMs(last, deliveries, Date.now()),
  );
  const points = usePoints(data, span);
  const hasVolume = points.some(({ delivered, failed }) => delivered + failed > 0);
  const hasLatency = points.some(({ p50 }) => p50 !== null);
  return (
    <Paper withBorder p="md" mih={395}>
      <Group justify="flex-end" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('detail.window')}
          data={(['hour', 'day', 'month'] as const).map((value) => ({ value, label: t(`detail.${value}`) }))}
          value={span}
          onChange={(value) => setSpan(value as keyof typeof spans)}
        />
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Title order={2} size="h5">
            {t('detail.volume')}
          </Title>
          <Text size="xs" c="dimmed" mih={36} mb="xs">
            {t('detail.volumeMeans', { n: open })}
          </Text>
          {data && !hasVolume && <NoChart text={t('detail.noVolume')} />}
          {hasVolume && (
            <BarChart
              h={230}
              data={points}
              dataKey="at"
              type="stacked"
              // There is no quarter of a delivery.
              yAxisProps={{ allowDecimals: false }}
              withLegend
              series={[
                { name: 'delivered', label: t('delivery.delivered'), color: 'green.7' },
                { name: 'failed', label: t('delivery.failed'), color: 'red.7' },
              ]}
            />
          )}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Title order={2} size="h5">
            {t('detail.latency')}
          </Title>
          <Text size="xs" c="dimmed" mih={36} mb="xs">
            {t('detail.latencyMeans')}
          </Text>
          {data && !hasLatency && <NoChart text={t('detail.noLatency')} />}
          {hasLatency && (
            <LineChart
              h={230}
              data={points}
              dataKey="at"
              withLegend
              // One point makes no line.
              withDots={points.length === 1}
              connectNulls
              series={lines}
              lineProps={({ name }) => ({ strokeWidth: name === 'p99' ? 6 : 2 })}
            />
          )}
        </Grid.Col>
      </Grid>
    </Paper>
  );
}

function NoChart({ text }: { text: string }) {
  return (
    <Center h={230}>
      <Text c="dimmed">{text}</Text>
    </Center>
  );
}

/** What the charts draw: times as the page writes them. */
function usePoints(stats: Stats | undefined, span: keyof typeof spans) {
  const { locale } = useLanguage();
  const { isUtc } = useTimes();
  const format = new Intl.DateTimeFormat(locale, {
    ...(span === 'month' ? { day: '2-digit', month: '2-digit' } : { hour: '2-digit', minute: '2-digit' }),
    ...(isUtc ? { timeZone: 'UTC' } : {}),
  });
  const short = (ms: number | null) => (ms === null ? null : shortMs(ms));
  return (stats?.items ?? []).map(({ at, delivered, failed, latencyMs: { p50, p95, p99 } }) => ({
    at: format.format(new Date(at)),
    delivered,
    failed,
    ...{ p50: short(p50), p95: short(p95), p99: short(p99) },
  }));
}
