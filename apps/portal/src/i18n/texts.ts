import { fill, type Locale } from './locale';
import { adminTexts } from './texts-admin';
import { errorTexts } from './texts-errors';
import { logTexts } from './texts-log';
import { receiverTexts } from './texts-receiver';
import { shellTexts } from './texts-shell';
import { webhookTexts } from './texts-webhooks';

const texts = {
  ...shellTexts,
  ...errorTexts,
  ...webhookTexts,
  ...logTexts,
  ...adminTexts,
  ...receiverTexts,
};

export type TextKey = keyof typeof texts;
export type Translate = (key: TextKey, values?: Record<string, string | number>) => string;

/** Whether there is a text of that name: for names that come from the API. */
export const isText = (key: string): key is TextKey => key in texts;

export function translatorOf(locale: Locale): Translate {
  const at = locale === 'de' ? 1 : 0;
  return (key, values) => fill(texts[key][at], values, locale);
}
