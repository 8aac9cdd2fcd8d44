import { planFaults } from './faults.js';
import { Random } from './random.js';

const plan = {
  lengthMs: 900_000,
  everyMs: [3_000, 10_000] as const,
  services: ['a', 'b', 'c'],
  frozen: ['a'],
  sessionTimeoutMs: 6_000,
};

it('is the same for the same seed, and another one for another', () => {
  expect(planFaults(new Random(7), plan)).toEqual(planFaults(new Random(7), plan));
  expect(planFaults(new Random(7), plan)).not.toEqual(planFaults(new Random(8), plan));
});

it('has every fault about equally often, and all of them early', () => {
  const faults = planFaults(new Random(1), plan);
  const times = new Map<string, number>();
  for (const { kind, target } of faults) {
    const what = `${kind} ${target}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const names = ['kill a', 'kill b', 'kill c', 'kill kafka', 'kill postgres', 'freeze a'];
  expect([...times.keys()].sort()).toEqual([...names].sort());
  expect(Math.max(...times.values()) - Math.min(...times.values())).toBeLessThanOrEqual(1);
  expect(new Set(faults.slice(0, 6).map(({ kind, target }) => `${kind} ${target}`)).size).toBe(6);
  expect(faults.length).toBeGreaterThan(100);
});

it('freezes beyond the session, and is over in time', () => {
  for (const { kind, atMs, forMs } of planFaults(new Random(2), plan)) {
    if (kind === 'freeze') expect(forMs).toBeGreaterThan(plan.sessionTimeoutMs);
    expect(atMs + forMs).toBeLessThanOrEqual(plan.lengthMs);
  }
});
