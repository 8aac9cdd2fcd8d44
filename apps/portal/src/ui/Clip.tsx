import { Text, type TextProps } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = TextProps & { text: string; title?: string; children?: ReactNode };

/** What people and programs named: two lines of it at most, the whole of it when it is pointed at. */
export function Clip({ text, title = text, children, ...rest }: Props) {
  return (
    <Text size="sm" className="wrap" lineClamp={2} title={title} {...rest}>
      {children ?? text}
    </Text>
  );
}
