import { Button, CopyButton, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../i18n/i18n';
import { newAuthorization } from '../lib/authorization';
import { Password } from './Password';

type Props = {
  value: string;
  error: string | undefined;
  description?: string;
  required: boolean;
  onChange(value: string): void;
};

/** The value of an Authorization header: one's own, or a generated one, which is seen and can be copied. */
export function HeaderValue({ value, error, description, required, onChange }: Props) {
  const t = useT();
  const [isVisible, show] = useState(false);
  const [generated, setGenerated] = useState<string>();
  const generate = () => {
    const made = newAuthorization();
    setGenerated(made);
    show(true);
    onChange(made);
  };
  return (
    <div>
      <Group align="end" gap="xs">
        <Password
          flex="1 1 240px"
          label={t('form.auth')}
          name="auth/authorization"
          {...(description === undefined ? {} : { description })}
          required={required}
          maxLength={1024}
          autoComplete="off"
          visible={isVisible}
          onVisibilityChange={show}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <Button variant="default" onClick={generate}>
          {t('form.authGenerate')}
        </Button>
        {value !== '' && (
          <CopyButton value={value}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy} miw={90}>
                {t(copied ? 'common.copied' : 'common.copy')}
              </Button>
            )}
          </CopyButton>
        )}
      </Group>
      {generated !== undefined && generated === value && (
        <Text size="sm" mt={4} role="status">
          {t('form.authOnce')}
        </Text>
      )}
    </div>
  );
}
