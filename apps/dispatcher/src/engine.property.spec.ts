import fc from 'fast-check';
import { cases } from './testing/sim/cases.js';
import { converge } from './testing/sim/converge.js';
import { Violation } from './testing/sim/referee.js';
import { Simulation } from './testing/sim/simulation.js';
import { type Step, stepsOf, stepWeights, textOf } from './testing/sim/steps.js';

/**
 * The engine as it is (service, owners, lanes, windows, sender, catch-up reader, writers, takeover) on a
 * broker,
 * a consumer, receivers and a clock in memory, against the rules of the models. Longer sessions:
 * POSTHORN_SIM_RUNS=20 (a factor), POSTHORN_SIM_SEED=… to repeat one, POSTHORN_SIM_SHRINK=1 to make a
 * failing run
 * small (minutes), POSTHORN_SIM_TRACE=1 to see all of it.
 */
const runs = 300 * Number(process.env.POSTHORN_SIM_RUNS ?? 1);
/**
 * A change is tested against the same runs as the one before it; `random` is for those who look for new
 * ones.
 */
const seed = process.env.POSTHORN_SIM_SEED ?? '20261123';
const verbose = !!process.env.POSTHORN_SIM_TRACE;

async function play(scenario: number, steps: readonly Step[]): Promise<void> {
  const simulation = new Simulation(scenario, verbose);
  let played = 0;
  try {
    for (const step of steps) {
      await simulation.step(step);
      played++;
    }
    await converge(simulation);
  } catch (error) {
    const { message, stack } = error as Error;
    const at = `${scenario}: ${textOf(steps.slice(0, played + 1))}`;
    const told = `${message}\n${simulation.trace.slice(verbose ? 0 : -8).join('\n')}\nafter ${at}`;
    throw new Violation(error instanceof Violation ? told : `${told}\n${stack}`);
  } finally {
    simulation.end();
  }
}

const runsOf = (weights: (typeof stepWeights)[number]): fc.Arbitrary<Step[]> => {
  const kind = fc.oneof(...weights.map(([name, weight]) => ({ arbitrary: fc.constant(name), weight })));
  return fc.array(fc.tuple(kind, fc.nat(255), fc.nat(255)), { maxLength: 160, size: 'max' });
};

it.each(cases)('stays repaired: $name', async ({ scenario, steps }) => {
  await play(scenario, stepsOf(steps));
});

it('loses nothing, keeps the order, is never early and comes to an end, whatever happens', async () => {
  await fc.assert(fc.asyncProperty(fc.nat(127), fc.oneof(...stepWeights.map(runsOf)), play), {
    numRuns: runs,
    endOnFailure: !process.env.POSTHORN_SIM_SHRINK,
    ...(seed === 'random' ? {} : { seed: Number(seed) }),
  });
}, 3_600_000);
