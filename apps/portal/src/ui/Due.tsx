import { useT } from '../i18n/i18n';
import { Time } from './Time';
import { useNow } from './times';

/** When something is tried next: no time that is over already. */
export function Due({ at }: { at: string | null | undefined }) {
  const t = useT();
  const nowMs = useNow(at != null, 5_000);
  if (at && Date.parse(at) <= nowMs) return <>{t('time.due')}</>;
  return <Time at={at} never="–" />;
}
