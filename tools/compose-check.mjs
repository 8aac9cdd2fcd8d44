// The composed stack, really started: `npm run compose:check`. Builds the images, brings the stack up,
// delivers the demo, stops everything and starts it again, and kills one service at a time; what was
// accepted has to arrive each time. Needs a Docker engine, or root and dockerd, and takes some minutes. Ends
// by itself, and leaves nothing running. `--no-build` takes the images that an earlier run has built.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createReport } from './demo/report.mjs';
import { tellStories } from './demo/stories.mjs';
import { openEngine } from './compose-check/engine.mjs';
import { openLedger } from './compose-check/ledger.mjs';
import { Stack } from './compose-check/stack.mjs';
import { makeStandIns } from './compose-check/stand-ins.mjs';
import { endedBy, onEnding } from './lib/ending.mjs';
import { main } from './lib/main.mjs';
import { layout, repoRoot } from './lib/paths.mjs';
import { createSteps } from './lib/steps.mjs';

const LIMIT_MS = 25 * 60_000;
const DEMO_LIMIT_MS = 120_000;
const EVENTS = 60;

await main(async () => {
  const { values } = parseArgs({ options: { 'no-build': { type: 'boolean', default: false } } });
  const { cacheDir } = layout();
  const folder = join(cacheDir, 'compose-check');
  const steps = createSteps();
  const limit = new globalThis.AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT_MS);
  onEnding(() => limit.abort());
  const engine = await steps.run(
    'Docker',
    () => openEngine(folder),
    ({ own }) => (own ? 'started' : 'runs'),
  );
  const stack = new Stack(engine);
  try {
    if (engine.own) {
      const names = imageNames();
      await steps.run('Stand-ins', (step) => makeStandIns({ engine, folder, cacheDir, names, step }));
    }
    await steps.run('Images', () => stack.build(values['no-build']));
    await steps.run(
      'Stack',
      () => stack.up(),
      () => `at ${stack.url}`,
    );
    await check(stack, steps, limit.signal);
    steps.say(`\n${summary(engine.own)}`);
    return endedBy() ? 1 : 0;
  } catch (error) {
    if (!endedBy()) steps.say(await stack.story());
    throw error;
  } finally {
    clearTimeout(timer);
    await stack.down();
    await engine.close();
  }
});

/**
 * @param {Stack} stack
 * @param {import('./lib/steps.mjs').Steps} steps
 * @param {AbortSignal} deadline
 */
async function check(stack, steps, deadline) {
  const installation = await stack.installation();
  const { url, adminKey, host } = installation;
  for (const [name, assert] of /** @type {[string, () => Promise<string>][]} */ ([
    ['Hardened', () => stack.assertHardened()],
    ['Closed', () => stack.assertClosed()],
    ['Keys', () => stack.assertKeys()],
    ['Refusals', () => stack.assertProblems()],
  ]))
    await steps.run(name, assert, (what) => what);
  await steps.run(
    'Demo',
    async () => {
      const report = createReport({ write: () => {} });
      await tellStories(
        installation,
        report,
        AbortSignal.any([deadline, AbortSignal.timeout(DEMO_LIMIT_MS)]),
      );
      if (report.missing.length > 0) throw new Error(`not observed: ${report.missing.join('; ')}`);
      return report.seen;
    },
    (seen) => `${seen} of ${seen} checks`,
  );
  const ledger = await openLedger({ url, adminKey, host, deadline });
  try {
    await steps.run(
      'Restart',
      async () => {
        await ledger.publish(EVENTS);
        await stack.stop();
        const waited = ledger.missing().length;
        await stack.up();
        await ledger.allArrived();
        return waited;
      },
      (waited) => `all stopped and started; ${waited} events had been waiting, all arrived`,
    );
    for (const service of stack.services) {
      await steps.run(
        `Kill`,
        async () => {
          const publishing = ledger.publish(EVENTS, 50);
          publishing.catch(() => {}); // awaited below
          await stack.kill(service);
          await publishing;
          await ledger.allArrived();
          await stack.healthy();
        },
        () => `${service}: back by itself, nothing lost`,
      );
    }
    await steps.run(
      'Log',
      () => ledger.allLogged(),
      () => `${ledger.accepted.size} events, each delivered`,
    );
  } finally {
    await ledger.close();
  }
}

/** The names of the base images, from the files under test. */
function imageNames() {
  const compose = readFileSync(join(repoRoot, 'docker-compose.yml'), 'utf8');
  const docker = readFileSync(join(repoRoot, 'Dockerfile'), 'utf8');
  const named = (/** @type {string} */ name) => new RegExp(`image: (${name}:\\S+)`).exec(compose)?.[1] ?? '';
  return {
    node: /^ARG NODE_IMAGE=(\S+)$/m.exec(docker)?.[1] ?? '',
    postgres: named('postgres'),
    kafka: named('apache/kafka'),
    nginx: named('nginx'),
  };
}

/** @param {boolean} own */
function summary(own) {
  const left = 'Not started: otel-collector, prometheus, alertmanager, tempo, grafana.';
  return own
    ? `The stack was started from locally made base images, which stand in for the official ones. ${left}`
    : `The stack was started from the official images. ${left}`;
}
