import { DispatcherSettings } from '@posthorn/dispatcher';
import { DatabaseSettings, loadSettings } from '@posthorn/runtime';
import { SubscriptionApiSettings } from '@posthorn/subscription-api';

/**
 * What could be read; a part whose settings are wrong is absent, and what needs it says so.
 * @typedef {object} Settings
 * @property {InstanceType<typeof DatabaseSettings>} [common]
 * @property {InstanceType<typeof DispatcherSettings>} [dispatcher]
 * @property {InstanceType<typeof SubscriptionApiSettings>} [api]
 * @property {string} [databaseUrl]
 */

/** Stands where no key ring was given. */
export const NO_KEYS = 'none';

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ settings: Settings, findings: import('./main.mjs').Finding[] }}
 */
export function settingsFindings(env) {
  /** @type {Settings} */
  const settings = {};
  /** @type {Map<string, string>} by variable */
  const wrong = new Map();
  const read = (/** @type {any} */ type, /** @type {NodeJS.ProcessEnv} */ from, quiet = false) => {
    try {
      return loadSettings(type, from);
    } catch (error) {
      const parts = String(/** @type {Error} */ (error).message).split(/; (?=[A-Z][A-Z0-9_]+ )/);
      // Two services may tell the same of one variable.
      for (const part of quiet ? [] : parts) wrong.set(part.split(' ', 1)[0] ?? '', part);
      return undefined;
    }
  };
  settings.api = read(SubscriptionApiSettings, env);
  // Without keys its other settings can still be looked at.
  settings.dispatcher =
    read(DispatcherSettings, env) ??
    read(DispatcherSettings, { POSTHORN_SECRET_KEYS: NO_KEYS, ...env }, true);
  // Kafka is looked at also where nobody gave a database.
  settings.common = read(DatabaseSettings, { DATABASE_URL: 'postgres://none/none', ...env });
  settings.databaseUrl = settings.common?.databaseUrl.endsWith('//none/none')
    ? undefined
    : settings.common?.databaseUrl;
  if (wrong.size === 0)
    return { settings, findings: [{ check: 'settings', status: 'ok', says: 'every variable is right' }] };
  const findings = [...wrong.values()].map((says) => ({
    check: 'settings',
    status: /** @type {const} */ ('fail'),
    says,
    todo: 'docs/configuration.md has every variable with its type and limits',
  }));
  return { settings, findings };
}
