import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

/** A table that scrolls sideways by itself on a phone, and can be scrolled by keyboard. */
export function Scroll({
  label,
  children,
  minWidth = 640,
}: {
  label: string;
  children: ReactNode;
  minWidth?: number;
}) {
  return (
    <Table.ScrollContainer
      minWidth={minWidth}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': label } }}
    >
      {children}
    </Table.ScrollContainer>
  );
}
