/** Names by id. */
export type Names = ReadonlyMap<string, string>;

/** An entry of the audit trail, and the id of what it is about by name. */
type Entry = { id: string; changes: object; about: string };

/** What the thing of an entry was called: after it, and before it where that was something else. */
export type Called = { name: string | undefined; before?: string };

/** What changes say: the newest name that was set, of the newest entries first. */
export function namesIn(entries: readonly { id: string; changes: object }[]): Names {
  const names = new Map<string, string>();
  for (const { id, changes } of entries) {
    const { name, url } = changes as { name?: unknown; url?: unknown };
    const text = [name, url].find((each) => typeof each === 'string' && each !== '');
    if (text !== undefined && !names.has(id)) names.set(id, text as string);
  }
  return names;
}

/**
 * What things were called at the time of each entry (the newest entries first), by what older ones say;
 * `today` knows the others. Where only a newer entry tells a name, what it was before is not known.
 */
export function namesThen(entries: readonly Entry[], today: Names): Called[] {
  const told = new Set(entries.filter(({ changes }) => 'name' in changes).map(({ id }) => id));
  const known = new Map<string, { name?: unknown; url?: unknown }>();
  const nameOf = (id: string): string | undefined => {
    const { name, url } = known.get(id) ?? {};
    if (typeof name !== 'string') return undefined;
    return name === '' && typeof url === 'string' ? url : name;
  };
  const called: Called[] = [];
  for (const { id, changes, about } of [...entries].reverse()) {
    const before = nameOf(about);
    known.set(id, { ...known.get(id), ...changes });
    const after = nameOf(about);
    const name = after ?? (told.has(about) ? undefined : today.get(about));
    called.push(before === undefined || before === after ? { name } : { name, before });
  }
  return called.reverse();
}
