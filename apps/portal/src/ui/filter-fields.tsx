import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useT } from '../i18n/i18n';
import { instantOf, isReversed, localOf } from '../lib/filters';
import { useTimes } from './times';

type Props = { label: string; value: string; onChange(value: string): void; placeholder?: string };

const settleMs = 400;

/** A text of a filter: it counts once typing has paused. */
export function FilterText({ label, value, onChange, placeholder }: Props) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), settleMs);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <TextInput
      label={label}
      {...(placeholder === undefined ? {} : { placeholder })}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  );
}

type TimeProps = Omit<Props, 'placeholder'> & {
  error?: string | undefined;
  description?: string | undefined;
  required?: boolean;
};

/** A minute, as times are shown: of this place or in UTC. The address holds it in UTC. */
export function FilterTime({ label, value, onChange, error, description, required = false }: TimeProps) {
  const { isUtc } = useTimes();
  return (
    <TextInput
      label={isUtc ? `${label} (UTC)` : label}
      type="datetime-local"
      {...{ error, description, required }}
      value={localOf(value, isUtc)}
      onChange={(event) => onChange(instantOf(event.currentTarget.value, isUtc))}
    />
  );
}

type Fields<N extends string> = {
  values: Record<N, string>;
  set(change: Partial<Record<N, string>>): void;
};

/** What an event is about. */
export function FilterEntity({ values, set }: Fields<'entityName' | 'entityId'>) {
  const t = useT();
  return (
    <>
      <FilterText
        label={t('deliveries.entityName')}
        placeholder={t('filters.exact')}
        value={values.entityName}
        onChange={(entityName) => set({ entityName })}
      />
      <FilterText
        label={t('deliveries.entityId')}
        placeholder={t('filters.exactId')}
        value={values.entityId}
        onChange={(entityId) => set({ entityId })}
      />
    </>
  );
}

/** When it was accepted. */
export function FilterPeriod({ values, set }: Fields<'from' | 'to'>) {
  const t = useT();
  return (
    <>
      <FilterTime label={t('common.from')} value={values.from} onChange={(from) => set({ from })} />
      <FilterTime
        label={t('common.to')}
        value={values.to}
        error={isReversed(values) ? t('filters.reversed') : undefined}
        onChange={(to) => set({ to })}
      />
    </>
  );
}
