import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

type Times = { isUtc: boolean; setUtc(isUtc: boolean): void };

const Context = createContext<Times>({ isUtc: false, setUtc: () => undefined });
const storageKey = 'posthorn.utc';

/** Whether times are shown as here or in UTC; either way both are in the title. */
export function TimesProvider({ children }: { children: ReactNode }) {
  const [isUtc, setUtc] = useState(() => localStorage.getItem(storageKey) === 'yes');
  useEffect(() => localStorage.setItem(storageKey, isUtc ? 'yes' : 'no'), [isUtc]);
  const times = useMemo(() => ({ isUtc, setUtc }), [isUtc]);
  return <Context value={times}>{children}</Context>;
}

export const useTimes = (): Times => useContext(Context);

/** The time, again every second: for what counts down. Off where nothing does. */
export function useNow(isOn: boolean, everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isOn) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [isOn, everyMs]);
  return now;
}
