import type { FieldProblem } from '../api/client';
import { fieldSentence, fieldText } from '../i18n/field-texts';
import type { Locale } from '../i18n/locale';

/** What is wrong within a field says where: `#1 / id`, counted from one. */
export function wordsOf({ pointer = '', detail }: FieldProblem, name: string, locale: Locale): string {
  const within = pointer
    .slice(name.length + 2)
    .split('/')
    .filter((part) => part !== '');
  if (within.length === 0) return fieldSentence(detail, locale);
  const place = within
    .map((part) => (/^\d+$/.test(part) ? `#${Number(part) + 1}` : unescaped(part)))
    .join(' / ');
  return `${place}: ${fieldText(detail, locale)}`;
}

/** A part of a JSON pointer as the name that it stands for. */
const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
