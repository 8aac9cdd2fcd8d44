import type { Timings } from '../api/types';

export type Phase = { name: 'dnsMs' | 'connectMs' | 'tlsMs' | 'firstByteMs' | 'rest'; ms: number };

const named = ['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs'] as const;

/** Where the time of an attempt went, in its order; what no phase says is the rest: receiving. */
export function phasesOf(timings: Timings | null, durationMs: number): Phase[] {
  const phases: Phase[] = named.flatMap((name) => {
    const ms = timings?.[name];
    return typeof ms === 'number' && ms > 0 ? [{ name, ms }] : [];
  });
  const known = phases.reduce((sum, { ms }) => sum + ms, 0);
  const rest = (timings?.totalMs ?? durationMs) - known;
  return rest > 0.05 && phases.length > 0 ? [...phases, { name: 'rest', ms: rest }] : phases;
}
