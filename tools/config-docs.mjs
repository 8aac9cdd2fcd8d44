// Writes what is made from the code, docs/configuration.md and the chart's list of topics, and copies the
// alerts into the chart, which cannot read beyond its own folder: `npm run config:docs`. Unit tests fail
// while one of them is stale.
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { repoRoot } from './lib/paths.mjs';
import { run, tail } from './lib/processes.mjs';
import { UserError } from './lib/require.mjs';

const files = {
  'docs/configuration.md': `const { settingsDocument } = await import('./apps/standalone/src/settings-document.ts');
    console.log(JSON.stringify(settingsDocument()));`,
  'deploy/helm/posthorn/files/topics.json': `const { chartTopics } = await import('./apps/e2e/src/testing/chart-topics.ts');
    console.log(JSON.stringify(JSON.stringify(chartTopics(), null, 2) + '\\n'));`,
};

await main(async () => {
  for (const [file, source] of Object.entries(files)) {
    // From source: what the code says now, built or not.
    const hook = new URL('./swc-hook.mjs', import.meta.url).href;
    const flags = ['--import', hook, '--conditions=@posthorn/source', '--input-type=module', '-e', source];
    const { code, output } = await run(productNode(), flags, { cwd: repoRoot, env: productEnv() });
    if (code !== 0) throw new UserError(`${file} could not be made:\n${tail(output, 20)}`);
    writeFileSync(join(repoRoot, file), JSON.parse(output.trim().split('\n').at(-1) ?? ''));
    console.log(`${file} is up to date.`);
  }
  const rules = 'deploy/helm/posthorn/files/posthorn.rules.yml';
  copyFileSync(join(repoRoot, 'deploy/prometheus/posthorn.rules.yml'), join(repoRoot, rules));
  console.log(`${rules} is up to date.`);
  return 0;
});
