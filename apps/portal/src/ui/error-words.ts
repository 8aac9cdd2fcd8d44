import { ApiError } from '../api/client';
import { fieldText } from '../i18n/field-texts';
import type { Locale } from '../i18n/locale';
import { isText, type Translate } from '../i18n/texts';
import { fieldName } from './field-names';

export type ErrorWords = {
  text: string;
  /** What the API says in its own words, where that says more. */
  said: string | undefined;
  fields: string[];
  requestId: string | undefined;
};

/** Codes whose sentence says it all. */
const selfEvident = ['unreachable', 'unauthorized', 'forbidden', 'precondition-failed', 'too-many-requests'];

export function wordsOf(error: unknown, t: Translate, locale: Locale): ErrorWords {
  if (!(error instanceof ApiError)) {
    const said = error instanceof Error ? error.message : String(error);
    return { text: t('error.page'), said, fields: [], requestId: undefined };
  }
  const fields = error.errors.map(({ pointer, detail }) => {
    const text = fieldText(detail, locale);
    return pointer ? `${fieldName(pointer, t)}: ${text}` : text;
  });
  const isOurs = error.status >= 500;
  const saysMore = !isOurs && fields.length === 0 && !selfEvident.includes(error.code);
  return {
    text: sentenceOf(error, t),
    said: saysMore ? error.message : undefined,
    fields,
    requestId: isOurs ? error.requestId : undefined,
  };
}

/** By the code; a code of tomorrow by its status. */
function sentenceOf({ code, status }: ApiError, t: Translate): string {
  const key = `error.${code}`;
  if (isText(key)) return t(key);
  return t(status >= 500 ? 'error.unavailable' : 'error.refused');
}
