import { TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { instantOf, localOf } from '../lib/filters';

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

/** A minute, as this place has it; the address holds it in UTC. */
export function FilterTime({ label, value, onChange }: Props) {
  return (
    <TextInput
      label={label}
      type="datetime-local"
      value={localOf(value)}
      onChange={(event) => onChange(instantOf(event.currentTarget.value))}
    />
  );
}
