import { useSearchParams } from 'react-router';

/** Filters live in the address: a link shows the same list, and Back undoes. */
export function useFilters<N extends string>(names: readonly N[]) {
  const [query, setQuery] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<N, string>;
  const set = (change: Partial<Record<N, string | null>>) =>
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change) as [string, string | null][])
          if (value) next.set(name, value);
          else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const reset = () => set(Object.fromEntries(names.map((name) => [name, null])) as Partial<Record<N, null>>);
  const count = names.filter((name) => values[name] !== '').length;
  return { values, set, reset, count };
}

/** A time as `datetime-local` fields write it (here, or in UTC), as the API wants it; else empty. */
export function instantOf(local: string, isUtc = false): string {
  const date = new Date(isUtc && local !== '' ? `${local}Z` : local);
  return local === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** The other way around, for the field. */
export function localOf(instant: string, isUtc = false): string {
  const date = new Date(instant);
  if (instant === '' || Number.isNaN(date.getTime())) return '';
  if (isUtc) return date.toISOString().slice(0, 16);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** An end that is not behind its beginning: nothing is in such a period. */
export const isReversed = ({ from, to }: { from: string; to: string }): boolean =>
  from !== '' && to !== '' && Date.parse(from) >= Date.parse(to);
