import { Code, ScrollArea } from '@mantine/core';
import { prettyJson } from './pretty-json';

/**
 * A text that others wrote (payloads, headers, answers): shown as it is, as text. React escapes it, and
 * nothing here makes markup or links of it.
 */
export function Raw({ text, label }: { text: string; label: string }) {
  return (
    <ScrollArea.Autosize
      mah={420}
      type="auto"
      viewportProps={{ tabIndex: 0, 'aria-label': label, role: 'region' }}
    >
      <Code block className="wrap" style={{ whiteSpace: 'pre-wrap' }}>
        {prettyJson(text)}
      </Code>
    </ScrollArea.Autosize>
  );
}
