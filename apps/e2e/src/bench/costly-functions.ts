/** What `--cpu-prof` writes, as far as it matters here. Times are µs of the monotonic clock. */
export type CpuProfile = {
  nodes: { id: number; callFrame: CallFrame }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
};

type CallFrame = { functionName: string; url: string; lineNumber: number };

export type Costly = { name: string; place: string; selfUs: number; share: number };

/** A stretch of time, in µs of the monotonic clock (`process.hrtime`). */
export type Stretch = { fromUs: number; untilUs: number };

export function stretch(fromMs: number, untilMs: number): Stretch {
  return { fromUs: fromMs * 1_000, untilUs: untilMs * 1_000 };
}

/** Not work: the process waited. */
const idle = '(idle)';

/**
 * The functions that had the processor themselves for longest in the given stretches, and their share of
 * all that the process worked then. What V8 does for none of them (`(garbage collector)`, `(program)`) and
 * native code count like functions.
 */
export function costliest(profile: CpuProfile, stretches: readonly Stretch[], count: number): Costly[] {
  return ranked(profile, stretches, (frame) => ({
    name: frame.functionName || '(anonymous)',
    place: placeOf(frame),
  })).slice(0, count);
}

/** The same by package, app or lib: where many cheap functions together are dear. */
export function costliestParts(profile: CpuProfile, stretches: readonly Stretch[], count: number): Costly[] {
  return ranked(profile, stretches, (frame) => ({ name: partOf(frame), place: '' })).slice(0, count);
}

function ranked(
  profile: CpuProfile,
  stretches: readonly Stretch[],
  named: (frame: CallFrame) => { name: string; place: string },
): Costly[] {
  const selfUs = selfTimes(profile, stretches);
  let workedUs = 0;
  const found = new Map<string, Costly>();
  for (const { id, callFrame } of profile.nodes) {
    const us = selfUs.get(id) ?? 0;
    if (us === 0 || callFrame.functionName === idle) continue;
    workedUs += us;
    const { name, place } = named(callFrame);
    const key = `${name} ${place}`;
    const known = found.get(key) ?? { name, place, selfUs: 0, share: 0 };
    known.selfUs += us;
    found.set(key, known);
  }
  const sorted = [...found.values()].sort((a, b) => b.selfUs - a.selfUs);
  return sorted.map((one) => ({ ...one, share: one.selfUs / workedUs }));
}

/** By node: a sample stands for the time until the next one. */
function selfTimes(
  { samples, timeDeltas, startTime }: CpuProfile,
  stretches: readonly Stretch[],
): Map<number, number> {
  const selfUs = new Map<number, number>();
  let atUs = startTime;
  for (const [i, id] of samples.entries()) {
    atUs += timeDeltas[i];
    const lasted = Math.max(0, timeDeltas[i + 1] ?? 0);
    if (!stretches.some(({ fromUs, untilUs }) => atUs >= fromUs && atUs < untilUs)) continue;
    selfUs.set(id, (selfUs.get(id) ?? 0) + lasted);
  }
  return selfUs;
}

/** `undici/lib/dispatcher/client-h1.js:1105`: what tells where it is, without the way to this checkout. */
function placeOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return '';
  const [, inside] = /(?:^|.*\/)(?:node_modules|apps|libs)\/(.*)$/.exec(url) ?? [];
  return `${inside ?? url}:${lineNumber + 1}`;
}

/** `undici`, `@nestjs/core`, `dispatcher`, `node`; native code has no place and stands for itself. */
function partOf(frame: CallFrame): string {
  if (frame.url === '') return frame.functionName;
  if (frame.url.startsWith('node:')) return 'node';
  return /^(?:@[^/]+\/)?[^/:]+/.exec(placeOf(frame))?.[0] ?? frame.url;
}
