import { Group, Text } from '@mantine/core';
import { useT } from '../../i18n/i18n';

const shown = ['deliveries', 'accepted', 'refused', 'repeats', 'late', 'invalid'] as const;

/** What came, in numbers. */
export function Counts({ counts }: { counts: Record<string, number> }) {
  const t = useT();
  return (
    <Group component="dl" gap="lg" my={0}>
      {shown.map((name) => (
        <Group key={name} gap={6}>
          <Text component="dt" size="sm" c="dimmed">
            {t(`receiver.count.${name}`)}
          </Text>
          <Text component="dd" m={0} fw={600} className="tabular" data-count={name}>
            {t('webhooks.number', { n: counts[name] ?? 0 })}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
