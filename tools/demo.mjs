// Both platforms' documented examples against a local receiver, printed as they happen: `npm run demo`.
import { openInstallation } from './demo/installation.mjs';
import { createReport } from './demo/report.mjs';
import { tellStories } from './demo/stories.mjs';
import { readDotEnv } from './lib/dot-env.mjs';
import { endedBy, onEnding } from './lib/ending.mjs';
import { main } from './lib/main.mjs';
import { layout } from './lib/paths.mjs';
import { createSteps } from './lib/steps.mjs';

/** From the moment Posthorn is ready; the stories take a third of it. */
const limitMs = 80_000;

await main(async () => {
  readDotEnv();
  const report = createReport();
  const installation = await openInstallation(layout(), createSteps());
  const limit = new globalThis.AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  onEnding(() => limit.abort());
  try {
    await tellStories(installation, report, limit.signal);
  } finally {
    clearTimeout(timer);
    await installation.close();
  }
  return endedBy() ? 1 : summary(report);
});

/** @param {import('./demo/report.mjs').Report} report */
function summary({ seen, missing, say }) {
  if (missing.length === 0) {
    say(`\nEverything documented was observed: ${seen} of ${seen} checks.`);
    return 0;
  }
  say(`\nNot everything documented was observed; ${missing.length} missing:`);
  for (const what of missing) say(`  ✗ ${what}`);
  return 1;
}
