import { useLanguage } from '../i18n/i18n';
import { reasonText } from '../i18n/reason-texts';
import { timeText } from './time-text';
import { useTimes } from './times';

/** Reasons that the APIs give, in the reader's language and with times as he has them shown. */
export function useReason(): (said: string) => string {
  const { locale } = useLanguage();
  const { isUtc } = useTimes();
  const timeOf = (at: string) => `${timeText(at, { locale, isUtc })}${isUtc ? ' UTC' : ''}`;
  return (said) => reasonText(said, locale, { timeOf, nowMs: Date.now() });
}
