import { Box, Code } from '@mantine/core';
import { prettyJson } from './pretty-json';

/**
 * A text that others wrote (payloads, headers, answers): shown as it is, as text. React escapes it, and
 * nothing here makes markup or links of it. Scrolled by the browser alone: an area that measures itself moves
 * what is below it once it is shown, away from under a pointer.
 */
export function Raw({ text, label }: { text: string; label: string }) {
  return (
    <Box mah={420} style={{ overflow: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <Code block className="wrap" style={{ whiteSpace: 'pre-wrap' }}>
        {prettyJson(text)}
      </Code>
    </Box>
  );
}
