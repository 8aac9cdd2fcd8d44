import { TextInput } from '@mantine/core';
import { useT } from '../i18n/i18n';

type Props = {
  value: string;
  onChange(name: string): void;
  /** What is wrong with it. */
  error: string | undefined;
  required?: boolean;
  /** The first field of its dialog. */
  isFirst?: boolean;
};

/** What people call a tenant or a user. */
export function NameField({ value, onChange, error, required = true, isFirst = true }: Props) {
  const t = useT();
  return (
    <TextInput
      label={t('common.name')}
      name="name"
      required={required}
      maxLength={200}
      data-autofocus={isFirst || undefined}
      error={error}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
