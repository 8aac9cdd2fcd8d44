// What an operator relies on, checked as far as this machine can: `npm run ops:check -- [name …]`. Each
// check passes, fails, or says why it could not run. `npm run ops:check -- runbooks runbooks-small
// runbooks-window` follows runbooks against stacks that are made to fail; `runbooks=kafka-away` some of them.
import { main } from './lib/main.mjs';
import { opsChecks } from './lib/ops-checks.mjs';
import { UserError } from './lib/require.mjs';
import { createSteps, seconds } from './lib/steps.mjs';

await main(async () => {
  const asked = new Map(
    process.argv.slice(2).map((name) => {
      const [check = '', of] = name.split('=');
      return [check, of?.split(',') ?? []];
    }),
  );
  const names = [...asked.keys()];
  const unknown = names.filter((name) => !opsChecks.some((check) => check.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `There is no check ${unknown.join(', ')}; there are ${opsChecks.map(({ name }) => name).join(', ')}.`,
    );
  const steps = createSteps();
  const wanted = opsChecks.filter(({ name, onlyByName }) =>
    names.length > 0 ? names.includes(name) : !onlyByName,
  );
  const outcomes = { passed: 0, failed: 0, 'not run': 0 };
  for (const check of wanted) {
    const began = performance.now();
    const { outcome, why = '' } = await check
      .run(...(asked.get(check.name) ?? []))
      .catch((error) => ({ outcome: /** @type {const} */ ('failed'), why: String(error?.message ?? error) }));
    outcomes[outcome] += 1;
    const mark = { passed: '✓', failed: '✗', 'not run': '–' }[outcome];
    steps.say(
      `${mark} ${check.name}: ${outcome}${why && ` (${why})`}  ${seconds(performance.now() - began)}`,
    );
  }
  steps.say(`\n${outcomes.passed} passed, ${outcomes.failed} failed, ${outcomes['not run']} could not run`);
  return outcomes.failed === 0 ? 0 : 1;
});
