import { Script } from './script.js';

const at = (n: number, attempt = 1, elapsedMs = 0) => ({ n, attempt, elapsedMs });
const numbers = Array.from({ length: 4_000 }, (_, n) => n);
const isOk = (script: Script, n: number, attempt: number): boolean => {
  const reply = script.reply(at(n, attempt));
  return reply.kind === 'status' && reply.status === 200;
};

it('says the same for the same seed, and something else for another', () => {
  const told = (seed: number): boolean[] => {
    const script = new Script('flaky', 'unordered', seed, 60_000);
    return numbers.map((n) => isOk(script, n, 1));
  };
  expect(told(1)).toEqual(told(1));
  expect(told(1)).not.toEqual(told(2));
});

it('fails about 1 in 20 first attempts of unordered receivers, fewer of ordered ones, and no third', () => {
  const failures = (ordering: 'unordered' | 'per-entity' | 'strict', attempt: number): number => {
    const script = new Script('flaky', ordering, 3, 60_000);
    return numbers.filter((n) => !isOk(script, n, attempt)).length;
  };
  expect(Math.abs(failures('unordered', 1) - 200)).toBeLessThan(50);
  expect(Math.abs(failures('per-entity', 1) - 80)).toBeLessThan(35);
  expect(Math.abs(failures('strict', 1) - 16)).toBeLessThan(15);
  expect(failures('unordered', 3)).toBe(0);
});

it('fails in every way there is', () => {
  const script = new Script('flaky', 'unordered', 3, 60_000);
  const replies = numbers.map((n) => script.reply(at(n)));
  const kinds = replies.map((reply) => (reply.kind === 'status' ? String(reply.status) : reply.kind));
  expect([...new Set(kinds)].sort()).toEqual(['200', '302', '429', '500', '503', 'hang-up', 'silence']);
});

it('is dead for 10 to 20 s at a time, and alive in between', () => {
  const script = new Script('dead', 'strict', 5, 900_000);
  expect(script.windows.length).toBeGreaterThan(10);
  for (const { fromMs, toMs } of script.windows) {
    expect(toMs - fromMs).toBeGreaterThanOrEqual(10_000);
    expect(toMs - fromMs).toBeLessThanOrEqual(20_000);
    expect(script.reply(at(1, 1, fromMs + 1))).toEqual({ kind: 'hang-up' });
    expect(script.reply(at(1, 1, toMs + 1))).toEqual({ kind: 'status', status: 200 });
  }
});

it('never takes what is marked, and has attempts to spare for everything else', () => {
  const script = new Script('marked', 'strict', 5, 60_000);
  const marked = numbers.filter((n) => script.attemptsInVain(n) !== undefined);
  expect(marked.length).toBe(10);
  const { delaysMs } = script.retryPolicy;
  for (const n of marked) {
    expect(script.attemptsInVain(n)).toBe(delaysMs.length + 1);
    expect([1, 2, 3, 4].some((attempt) => isOk(script, n, attempt))).toBe(false);
  }
  expect(numbers.filter((n) => !marked.includes(n)).every((n) => isOk(script, n, 2))).toBe(true);
});
