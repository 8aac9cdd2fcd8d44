import type { TextKey } from '../i18n/i18n';

export type Checked = Pick<HTMLInputElement, 'value' | 'type' | 'required' | 'minLength'> & {
  validity: Pick<ValidityState, 'typeMismatch'>;
  labels: ArrayLike<Pick<HTMLLabelElement, 'textContent'>> | null;
};

type Problem = { key: TextKey; values?: Record<string, string | number> };

/** What a field is called: its label without the asterisk, and without what is explained in brackets. */
function nameOf({ labels }: Checked): string {
  return (labels?.[0]?.textContent ?? '').replace(/\s*\*\s*$/, '').replace(/\s*\([^)]*\)$/, '');
}

/** What is wrong with what stands in a field, by its own attributes; the browser's bubbles are not used. */
export function problemIn(field: Checked): Problem | undefined {
  const { value, type, required, minLength, validity } = field;
  if (value.trim() === '') {
    if (!required) return undefined;
    const name = nameOf(field);
    return name === '' ? { key: 'field.required' } : { key: 'field.missing', values: { name } };
  }
  // The browser itself minds the length only of what was typed by hand.
  if (value.length < minLength) return { key: 'field.tooShort', values: { n: minLength } };
  // To a browser ftp://… is an address, too.
  const isElsewhere = type === 'url' && !/^\s*https?:\/\//i.test(value);
  if (!validity.typeMismatch && !isElsewhere) return undefined;
  return { key: type === 'email' ? 'field.email' : 'field.url' };
}
