import { Button, Code, CopyButton, Group } from '@mantine/core';
import { useT } from '../i18n/i18n';

/** A text to be copied. */
export function SecretText({ value, label }: { value: string; label: string }) {
  const t = useT();
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <Code
        className="wrap"
        style={{ whiteSpace: 'pre-wrap' }}
        p="xs"
        flex={1}
        aria-label={label}
        role="textbox"
        aria-readonly
        tabIndex={0}
      >
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy} miw={90}>
            {copied ? t('common.copied') : t('common.copy')}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
