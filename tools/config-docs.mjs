// Writes what is made from the code, docs/configuration.md and the chart's list of topics, and the alerts as
// the chart has them, which cannot read beyond its own folder: `npm run config:docs`. Unit tests fail
// while one of them is stale.
import { main } from './lib/main.mjs';
import { productEnv, productNode } from './lib/node.mjs';
import { repoRoot } from './lib/paths.mjs';
import { run, tail } from './lib/processes.mjs';
import { UserError } from './lib/require.mjs';

/** What makes each file's text, as statements that hand it to `write`. */
const files = {
  'docs/configuration.md': `const { settingsDocument } = await import('./apps/standalone/src/settings-document.ts');
    write(settingsDocument());`,
  'deploy/helm/posthorn/files/topics.json': `const { chartTopics } = await import('./apps/e2e/src/testing/chart-topics.ts');
    write(JSON.stringify(chartTopics(), null, 2) + '\\n');`,
  'deploy/helm/posthorn/files/posthorn.rules.yml': `const { chartRules } = await import('./apps/e2e/src/testing/chart-rules.ts');
    write(chartRules(fs.readFileSync('deploy/prometheus/posthorn.rules.yml', 'utf8')));`,
};

await main(async () => {
  for (const [file, source] of Object.entries(files)) {
    // From source: what the code says now, built or not.
    const hook = new URL('./swc-hook.mjs', import.meta.url).href;
    const program = `import fs from 'node:fs';
      const write = (text) => fs.writeFileSync(${JSON.stringify(file)}, text);
      ${source}`;
    const flags = ['--import', hook, '--conditions=@posthorn/source', '--input-type=module', '-e', program];
    const { code, output } = await run(productNode(), flags, { cwd: repoRoot, env: productEnv() });
    if (code !== 0) throw new UserError(`${file} could not be made:\n${tail(output, 20)}`);
    console.log(`${file} is up to date.`);
  }
  return 0;
});
