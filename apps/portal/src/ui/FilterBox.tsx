import { Button, Paper, SimpleGrid, type SimpleGridProps } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState, type ReactNode } from 'react';
import { useT } from '../i18n/i18n';

type Props = {
  cols: SimpleGridProps['cols'];
  /** How many are set. */
  count: number;
  onReset(): void;
  children: ReactNode;
};

/** The filters of a list. On a phone they are folded: the list comes first. */
export function FilterBox({ cols, count, onReset, children }: Props) {
  const t = useT();
  const [isOpen, open] = useState(false);
  // Before the first paint: nothing jumps.
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return (
    <>
      {isNarrow && (
        <Button variant="default" fullWidth mb="md" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          {count > 0 ? t('filters.set', { n: count }) : t('deliveries.filters')}
        </Button>
      )}
      {(!isNarrow || isOpen) && (
        <Paper withBorder p="md" mb="md" role="search" aria-label={t('deliveries.filters')}>
          <SimpleGrid cols={cols} spacing="sm">
            {children}
          </SimpleGrid>
          {count > 0 && (
            <Button variant="subtle" size="compact-sm" mt="xs" ml={-8} onClick={onReset}>
              {t('common.reset')}
            </Button>
          )}
        </Paper>
      )}
    </>
  );
}
