export type Locale = 'en' | 'de';

/** What was chosen before, else the first language of the browser that there is, else English. */
export function startLocale(stored: string | null, browser: readonly string[]): Locale {
  if (stored === 'en' || stored === 'de') return stored;
  const known = browser
    .map((tag) => tag.slice(0, 2).toLowerCase())
    .find((tag) => tag === 'en' || tag === 'de');
  return (known as Locale | undefined) ?? 'en';
}

/** `{name}` by its value, numbers as the language writes them. */
export function fill(
  text: string,
  values: Record<string, string | number> = {},
  locale: Locale = 'en',
): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}
