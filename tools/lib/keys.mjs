import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readText, writeWhole } from './files.mjs';

/**
 * The keys of this installation, made once and readable by their owner only. Losing the key ring makes stored
 * secrets unreadable, so it lies with the data and goes with it.
 * @param {string} stateDir
 * @returns {{ keyRing: string, adminKey: string, adminKeyIsNew: boolean }}
 */
export function installationKeys(stateDir) {
  const ring = kept(join(stateDir, 'keys', 'secret-keys'), () => `k1:${randomBytes(32).toString('base64')}`);
  const admin = kept(
    join(stateDir, 'keys', 'admin-key'),
    () => `ph_${randomBytes(24).toString('base64url')}`,
  );
  return { keyRing: ring.value, adminKey: admin.value, adminKeyIsNew: admin.isNew };
}

/** @param {string} file @param {() => string} make */
function kept(file, make) {
  const known = readText(file);
  if (known) return { value: known, isNew: false };
  const value = make();
  writeWhole(file, `${value}\n`, 0o600);
  return { value, isNew: true };
}
