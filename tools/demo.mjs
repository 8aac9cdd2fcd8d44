// Both platforms' documented examples against a local receiver, printed as they happen: `npm run demo`.
import { randomBytes, randomUUID } from 'node:crypto';
import { apiOf } from './demo/api.mjs';
import { brutlersStory } from './demo/brutlers.mjs';
import { brz365Story } from './demo/brz365.mjs';
import { openInbox } from './demo/inbox.mjs';
import { openInstallation } from './demo/installation.mjs';
import { isolationStory } from './demo/isolation.mjs';
import { openReceiver } from './demo/receiver.mjs';
import { createReport } from './demo/report.mjs';
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
    await tellAll(installation, report, limit.signal);
  } finally {
    clearTimeout(timer);
    await installation.close();
  }
  return endedBy() ? 1 : summary(report);
});

/**
 * @param {import('./demo/installation.mjs').Installation} installation
 * @param {import('./demo/report.mjs').Report} report
 * @param {AbortSignal} deadline
 */
async function tellAll({ url, adminKey, brokers, prefix }, report, deadline) {
  const api = apiOf(url, deadline);
  const receiver = await openReceiver({ deadline });
  const inbox = await openInbox({ brokers, prefix });
  report.say(`  ✓ Receiver    at http://127.0.0.1:${receiver.port}`);
  try {
    /** @param {string} id @param {string} profile */
    const newTenant = async (id, profile) => {
      const path = '/v1/tenants';
      await api.call('POST', path, { key: adminKey, body: { id, profile, name: 'Demo' }, expect: 201 });
      const body = { name: 'demo', scopes: ['publish', 'read', 'manage'] };
      const keys = `${path}/${encodeURIComponent(id)}/keys`;
      const { key } = await api.call('POST', keys, { key: adminKey, body, expect: 201 });
      return { id, key };
    };
    await report.story('Two fresh tenants', async () => {
      const vendor = await newTenant(`demo-${randomBytes(4).toString('hex')}`, 'brutlers');
      const owner = await newTenant(randomUUID(), 'brz365');
      report.say(`  brutlers  ${vendor.id}\n  brz365    ${owner.id}`);
      const context = { api, report, receiver, inbox, vendor, owner };
      await report.story('Brutlers: the documented call and payload', () => brutlersStory(context));
      await report.story('BRZ 365: paused and retried, in order', () => brz365Story(context));
      await report.story('Brutlers: one failed event holds up nobody', () => isolationStory(context));
    });
  } finally {
    await Promise.all([inbox.close(), receiver.close()]);
  }
}

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
