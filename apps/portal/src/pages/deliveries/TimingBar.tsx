import type { Attempt } from '../../api/types';
import { useLanguage } from '../../i18n/i18n';
import { phasesOf } from '../../lib/timing';
import { durationText } from '../../ui/time-text';
import classes from './timeline.module.css';

const colors = {
  dnsMs: '#845ef7',
  connectMs: '#228be6',
  tlsMs: '#15aabf',
  firstByteMs: '#f08c00',
  rest: '#40c057',
};

/** Where the time of one attempt went. */
export function TimingBar({ attempt: { timings, durationMs } }: { attempt: Attempt }) {
  const { t, locale } = useLanguage();
  const phases = phasesOf(timings, durationMs);
  if (phases.length === 0) return null;
  return (
    <div>
      <div className={classes['bar']} aria-hidden="true">
        {phases.map(({ name, ms }) => (
          <div key={name} style={{ flexGrow: ms, background: colors[name] }} />
        ))}
      </div>
      <div className={classes['legend']}>
        {phases.map(({ name, ms }) => (
          <span key={name} className="tabular">
            <span className={classes['mark']} style={{ background: colors[name] }} aria-hidden="true" />
            {t(`timing.${name}`)} {durationText(ms, locale)}
          </span>
        ))}
      </div>
    </div>
  );
}
