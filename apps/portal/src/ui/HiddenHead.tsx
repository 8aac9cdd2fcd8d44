import { Table, VisuallyHidden } from '@mantine/core';

/** The head of a column of buttons: for those who do not see it. */
export function HiddenHead({ text, w }: { text: string; w?: string }) {
  return (
    <Table.Th {...(w === undefined ? {} : { w })}>
      <VisuallyHidden>{text}</VisuallyHidden>
    </Table.Th>
  );
}
