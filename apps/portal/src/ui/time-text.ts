type How = {
  locale: string;
  isUtc: boolean;
  /** Of an instant that is known by its minute only: `:00` would be a second that nobody knows. */
  isMinute?: boolean;
};

/** `2026-11-28, 10:05:09` as the language writes it, here or in UTC. */
export function timeText(at: string, { locale, isUtc, isMinute = false }: How): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return date.toLocaleString(locale, {
    dateStyle: 'medium',
    timeStyle: isMinute ? 'short' : 'medium',
    ...(isUtc ? { timeZone: 'UTC' } : {}),
  });
}

/** The same, breaking between date and time at most: no "PM" stands alone on a line. */
export function unbroken(text: string): string {
  const [date = '', ...time] = text.split(', ').map((part) => part.replaceAll(' ', '\u00a0'));
  // "Nov 28, 2026, 10:05 PM": the last part is the time.
  const last = time.pop();
  return last === undefined ? date : `${[date, ...time].join(',\u00a0')}, ${last}`;
}

/** How long it is until then: `0:08`, `12:30`, `2:05:00`; null when it is over. */
export function countdown(until: string, nowMs: number): string | null {
  const leftMs = Date.parse(until) - nowMs;
  if (!(leftMs > 0)) return null;
  const s = Math.ceil(leftMs / 1_000);
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes, seconds] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, s % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const units: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** "5 minutes ago". */
export function agoText(at: string, nowMs: number, locale: string): string {
  const s = Math.round((Date.parse(at) - nowMs) / 1_000);
  const [unit, size] = units.find(([, seconds]) => Math.abs(s) >= seconds) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.trunc(s / size), unit);
}

/** Whole ones; below one, where that would be nothing, with a digit. */
export const shortMs = (ms: number): number => (ms < 1 ? Math.round(ms * 10) / 10 : Math.round(ms));

/** `0.4 ms`, `850 ms`, `1.2 s`. */
export function durationText(ms: number, locale: string): string {
  if (ms < 1_000) return `${shortMs(ms).toLocaleString(locale)} ms`;
  return `${(ms / 1_000).toLocaleString(locale, { maximumFractionDigits: 1 })} s`;
}
