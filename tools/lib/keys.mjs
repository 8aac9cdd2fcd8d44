import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText, writeWhole } from './files.mjs';

/**
 * The keys of this installation, made once and readable by their owner only. Losing the key ring makes stored
 * secrets unreadable, so it lies with the data and goes with it. To be called under the folder's lock.
 * @param {string} stateDir
 * @returns {{ keyRing: string, adminKey: string, adminKeyIsShown: boolean }}
 */
export function installationKeys(stateDir) {
  const keyRing = kept(
    join(stateDir, 'keys', 'secret-keys'),
    () => `k1:${randomBytes(32).toString('base64')}`,
  );
  const adminKey = kept(adminKeyFile(stateDir), () => `ph_${randomBytes(24).toString('base64url')}`);
  return { keyRing, adminKey, adminKeyIsShown: existsSync(shownFile(stateDir)) };
}

/** @param {string} stateDir */
export const adminKeyFile = (stateDir) => join(stateDir, 'keys', 'admin-key');
/** @param {string} stateDir */
const shownFile = (stateDir) => join(stateDir, 'keys', 'admin-key-shown');

/**
 * A first start that failed has shown nobody the key, so it is not enough that the key is new.
 * @param {string} stateDir
 */
export const adminKeyWasShown = (stateDir) => writeWhole(shownFile(stateDir), '');

/** @param {string} file @param {() => string} make */
function kept(file, make) {
  const known = readText(file);
  if (known) return known;
  const value = make();
  writeWhole(file, `${value}\n`, 0o600);
  return value;
}
