import { useLanguage } from '../i18n/i18n';
import { agoText, timeText, unbroken } from './time-text';
import { useTimes } from './times';

type Props = {
  at: string | null | undefined;
  never?: string;
  /** It is known by its minute only. */
  isMinute?: boolean;
};

/** An instant: as here or in UTC, the other one and the exact one in the title. */
export function Time({ at, never, isMinute = false }: Props) {
  const { t, locale } = useLanguage();
  const { isUtc } = useTimes();
  if (!at) return <>{never ?? t('time.never')}</>;
  const other = timeText(at, { locale, isUtc: !isUtc, isMinute });
  const title = `${isUtc ? other : `${other} UTC`} · ${agoText(at, Date.now(), locale)}`;
  return (
    <time dateTime={at} title={title} className="tabular">
      {unbroken(`${timeText(at, { locale, isUtc, isMinute })}${isUtc ? ' UTC' : ''}`)}
    </time>
  );
}
