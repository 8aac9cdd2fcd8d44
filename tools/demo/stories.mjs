import { randomBytes, randomUUID } from 'node:crypto';
import { apiOf } from './api.mjs';
import { brutlersStory } from './brutlers.mjs';
import { brz365Story } from './brz365.mjs';
import { openInbox } from './inbox.mjs';
import { isolationStory } from './isolation.mjs';
import { openReceiver } from './receiver.mjs';

/**
 * All that the demo shows, against an installation that runs. `host` is where it reaches this machine.
 * @param {Omit<import('./installation.mjs').Installation, 'close'> & { host?: string }} installation
 * @param {import('./report.mjs').Report} report
 * @param {AbortSignal} deadline
 */
export async function tellStories({ url, adminKey, brokers, prefix, host }, report, deadline) {
  const api = apiOf(url, deadline);
  const receiver = await openReceiver({ deadline, host });
  const inbox = await openInbox({ brokers, prefix });
  report.say(`  ✓ Receiver    at ${receiver.url}`);
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
