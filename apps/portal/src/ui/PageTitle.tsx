import { Group, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

/** A page's heading, its title in the browser's tab, and what can be done at its right. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Posthorn`;
  }, [title]);
  return (
    <Group justify="space-between" mb="md" gap="sm" mih={36}>
      <Title order={1} size="h2" className="wrap" lineClamp={2} title={title}>
        {title}
      </Title>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
