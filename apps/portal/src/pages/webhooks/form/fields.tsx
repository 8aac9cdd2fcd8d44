import { Anchor, Select, Text, TextInput } from '@mantine/core';
import { isText, useT, type TextKey } from '../../../i18n/i18n';
import { HeaderValue } from '../../../ui/HeaderValue';
import { useDevReceiver } from '../../receiver/receiver';
import type { FieldProps } from './WebhookForm';

/** The profile's own words where it has some. */
function useWords(profile: string): (key: TextKey) => string {
  const t = useT();
  return (key) => {
    const own = `${key}.${profile}`;
    return isText(own) ? t(own) : t(key);
  };
}

export function NameField({ values, set, profile, problemOf }: FieldProps) {
  const t = useT();
  const word = useWords(profile);
  return (
    <TextInput
      label={word('form.name')}
      name="name"
      description={profile === 'brz365' ? t('form.nameHelp.brz365') : undefined}
      required={profile === 'brz365'}
      maxLength={200}
      value={values.name}
      error={problemOf('/name')}
      onChange={(event) => set({ name: event.currentTarget.value })}
    />
  );
}

export function AuthField({ values, set, isNew, problemOf }: FieldProps) {
  const t = useT();
  return (
    <HeaderValue
      description={isNew ? t('form.authHelp') : `${t('form.authHelp')} ${t('form.authKept')}`}
      required={isNew}
      value={values.authorization}
      error={problemOf('/auth/authorization')}
      onChange={(authorization) => set({ authorization })}
    />
  );
}

export function UrlField({
  values,
  set,
  profile,
  problemOf,
  isVerifying,
}: FieldProps & { isVerifying: boolean }) {
  const t = useT();
  const word = useWords(profile);
  return (
    <div>
      <TextInput
        label={word('form.url')}
        name="url"
        description={word('form.urlHelp')}
        type="url"
        required
        maxLength={2048}
        value={values.url}
        error={problemOf('/url')}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <Text size="sm" c="dimmed" role="status" mih={22}>
        {isVerifying ? t('form.verifying') : ''}
      </Text>
      <ReceiverHint onUse={(url) => set({ url })} />
    </div>
  );
}

function ReceiverHint({ onUse }: { onUse(url: string): void }) {
  const t = useT();
  const { data } = useDevReceiver();
  if (!data) return null;
  const url = `${window.location.origin}/dev/receiver/hooks/first`;
  return (
    <Text size="sm" c="dimmed" className="wrap">
      {t('form.receiverHint', { url })}{' '}
      <Anchor component="button" type="button" size="sm" onClick={() => onUse(url)}>
        {t('form.useReceiver')}
      </Anchor>
    </Text>
  );
}

/** Platforms that promise an order fix it; where it is free, it is chosen once. */
export function OrderingField({ values, set, profile, isNew }: FieldProps) {
  const t = useT();
  if (!isNew || profile === 'brz365' || profile === 'brutlers') return null;
  const data = (['unordered', 'per-entity', 'strict'] as const).map((value) => ({
    value,
    label: t(`form.ordering.${value}`),
  }));
  return (
    <Select
      label={t('form.ordering')}
      data={data}
      allowDeselect={false}
      value={values.ordering}
      onChange={(ordering) => set({ ordering: ordering ?? 'unordered' })}
    />
  );
}
