import type { ReactNode } from 'react';
import classes from './status.module.css';

type Tone = 'good' | 'bad' | 'busy' | 'again' | 'ahead' | 'off';

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
  running: 'busy',
  // Tried, and tried again; not tried yet.
  retrying: 'again',
  waiting: 'again',
  held: 'ahead',
  pending: 'ahead',
  queued: 'ahead',
};

const marks: Record<Tone, ReactNode> = {
  good: <circle cx="5" cy="5" r="5" />,
  bad: <path d="M5 0l5 10H0z" />,
  busy: <circle cx="5" cy="5" r="5" />,
  again: <path d="M5 1a4 4 0 1 0 4 4h-1.700A2.300 2.300 0 1 1 5 2.700V5l4-3.200L5-1.200z" />,
  ahead: (
    <>
      <circle cx="1.500" cy="5" r="1.500" />
      <circle cx="5" cy="5" r="1.500" />
      <circle cx="8.500" cy="5" r="1.500" />
    </>
  ),
  off: <circle cx="5" cy="5" r="3.500" />,
};

/** A word with a mark of its colour and shape: never the colour alone, and no contrast to worry about. */
export function Status({ value, text }: { value: string; text: string }) {
  const tone = tones[value] ?? 'off';
  return (
    <span className={classes['status']}>
      <svg
        width="10"
        height="10"
        viewBox="0 0 10 10"
        overflow="visible"
        aria-hidden="true"
        className={classes[tone]}
      >
        {marks[tone]}
      </svg>
      {text}
    </span>
  );
}
