import type { TextKey } from '../i18n/i18n';

export type Checked = Pick<HTMLInputElement, 'value' | 'type' | 'required' | 'minLength'> & {
  validity: Pick<ValidityState, 'typeMismatch'>;
};

type Problem = { key: TextKey; values?: Record<string, number> };

/** What is wrong with what stands in a field, by its own attributes; the browser's bubbles are not used. */
export function problemIn({ value, type, required, minLength, validity }: Checked): Problem | undefined {
  if (value.trim() === '') return required ? { key: 'field.required' } : undefined;
  // The browser itself minds the length only of what was typed by hand.
  if (value.length < minLength) return { key: 'field.tooShort', values: { n: minLength } };
  // To a browser ftp://… is an address, too.
  const isElsewhere = type === 'url' && !/^\s*https?:\/\//i.test(value);
  if (!validity.typeMismatch && !isElsewhere) return undefined;
  return { key: type === 'email' ? 'field.email' : 'field.url' };
}
