import classes from './status.module.css';

type Tone = 'good' | 'bad' | 'busy' | 'off';

const tones: Record<string, Tone> = {
  active: 'good',
  live: 'good',
  delivered: 'good',
  accepted: 'good',
  done: 'good',
  parked: 'bad',
  failed: 'bad',
  expired: 'bad',
  behind: 'busy',
  waiting: 'busy',
  pending: 'busy',
  running: 'busy',
  queued: 'busy',
};

/** A word with a mark of its colour and shape: never the colour alone, and no contrast to worry about. */
export function Status({ value, text }: { value: string; text: string }) {
  const tone = tones[value] ?? 'off';
  return (
    <span className={classes['status']}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" className={classes[tone]}>
        {tone === 'bad' ? <path d="M5 0l5 10H0z" /> : <circle cx="5" cy="5" r={tone === 'off' ? 3.5 : 5} />}
      </svg>
      {text}
    </span>
  );
}
