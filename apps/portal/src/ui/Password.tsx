import { PasswordInput, type PasswordInputProps } from '@mantine/core';
import { useT } from '../i18n/i18n';

/** A password field whose eye has a name in the reader's language. */
export function Password(props: PasswordInputProps) {
  const t = useT();
  return (
    <PasswordInput visibilityToggleButtonProps={{ 'aria-label': t('common.showPassword') }} {...props} />
  );
}
