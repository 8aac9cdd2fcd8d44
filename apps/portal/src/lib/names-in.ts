/** Names by id. */
export type Names = ReadonlyMap<string, string>;

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
