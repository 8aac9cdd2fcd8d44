/** What may happen in one step, and how often it is tried. */
const weights = {
  publish: 14,
  repeat: 2,
  garbage: 1,
  control: 4,
  command: 3,
  replay: 1,
  read: 14,
  due: 9,
  answer: 14,
  mood: 3,
  write: 3,
  ack: 10,
  commit: 12,
  feed: 9,
  schedule: 7,
  repeatDue: 1,
  pass: 9,
  stall: 1,
  flow: 8,
  crash: 1,
  usurp: 1,
  tell: 1,
  handOff: 1,
  drain: 1,
  refuse: 1,
} as const;

export type StepKind = keyof typeof weights;
export type Step = readonly [kind: StepKind, a: number, b: number];

/** Runs differ in what they are full of: rare things meet only where they are frequent. */
const moods: Partial<Record<StepKind, number>>[] = [
  {},
  { control: 4, command: 3, replay: 3 },
  { mood: 5, schedule: 2, due: 2, pass: 2 },
  { crash: 5, usurp: 5, tell: 4, handOff: 4, drain: 3 },
  { commit: 0.4, ack: 0.4, feed: 0.4, answer: 0.5 },
  { control: 4, mood: 5, schedule: 2, due: 2, crash: 3, handOff: 3 },
];

/** How often each kind of step is tried, by the kind of run. */
export const stepWeights: [StepKind, number][][] = moods.map((mood) =>
  Object.entries(weights).map(([kind, weight]) => {
    const factor = mood[kind as StepKind] ?? 1;
    return [kind as StepKind, Math.ceil(weight * factor)];
  }),
);

export const textOf = (steps: readonly Step[]): string => steps.map((step) => step.join(' ')).join(', ');

/** The same the other way round: failing runs are kept as text. */
export function stepsOf(text: string): Step[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [kind, a, b] = part.split(/\s+/);
      if (!(kind in weights)) throw new Error(`no such step: ${kind}`);
      return [kind as StepKind, Number(a), Number(b)];
    });
}
