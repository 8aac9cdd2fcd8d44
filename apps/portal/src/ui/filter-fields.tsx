import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { instantOf, localOf } from '../lib/filters';
import { useTimes } from './times';

type Props = { label: string; value: string; onChange(value: string): void };

const settleMs = 400;

/** A text of a filter: it counts once typing has paused. */
export function FilterText({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onChange(typed.trim()), settleMs);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return <TextInput label={label} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />;
}

/** A minute, as times are shown: of this place or in UTC. The address holds it in UTC. */
export function FilterTime({ label, value, onChange }: Props) {
  const { isUtc } = useTimes();
  return (
    <TextInput
      label={isUtc ? `${label} (UTC)` : label}
      type="datetime-local"
      value={localOf(value, isUtc)}
      onChange={(event) => onChange(instantOf(event.currentTarget.value, isUtc))}
    />
  );
}
