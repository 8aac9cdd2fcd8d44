import { cpSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { remove } from '../lib/files.mjs';
import { fetchJars } from '../lib/kafka.mjs';
import { productNode } from '../lib/node.mjs';
import { nativeFolder } from '../lib/postgres-host.mjs';
import { run, tail } from '../lib/processes.mjs';
import { UserError, which } from '../lib/require.mjs';

const BASE = 'posthorn-check/debian';
const SUITE = 'bookworm';
const PACKAGES = ['ca-certificates', 'curl', 'default-jre-headless', 'nginx-light', 'postgresql-client'];

/**
 * Images that can be had where no registry of images can be reached: Debian from this machine's own mirror,
 * and in it what the official images would hold. They get the official names, so the files under test stay as
 * they are; which is why this is done in an engine of our own only.
 * @param {{ engine: import('./engine.mjs').Engine, folder: string, cacheDir: string, names: Names,
 * step: import('../lib/steps.mjs').Step }} options
 *
 * @typedef {{ node: string, postgres: string, kafka: string, nginx: string }} Names
 */
export async function makeStandIns({ engine, folder, cacheDir, names, step }) {
  if (!(await has(engine, BASE))) await importDebian(engine, folder, step);
  const contexts = join(folder, 'contexts');
  remove(contexts);
  /** @type {Record<keyof Names, Record<string, string>>} what goes into each, beside its own files */
  const content = {
    node: {
      node: productNode(),
      npm: npmFolder(),
      'ca-certificates.crt': '/etc/ssl/certs/ca-certificates.crt',
    },
    postgres: { native: /** @type {string} */ (nativeFolder()) },
    kafka: { jars: await fetchJars(cacheDir, step) },
    nginx: {},
  };
  const { output } = await run('npm', ['config', 'get', 'registry']);
  const kinds = /** @type {(keyof Names)[]} */ (Object.keys(content));
  for (const kind of kinds.filter((one) => names[one])) {
    const context = join(contexts, kind);
    cpSync(join(import.meta.dirname, 'images', kind), context, { recursive: true });
    for (const [name, from] of Object.entries(content[kind]))
      cpSync(from, join(context, name), { recursive: true, verbatimSymlinks: true });
    const args = kind === 'node' ? ['--build-arg', `registry=${output.trim()}`] : [];
    await engine.docker('build', '-q', '-t', names[kind], ...args, context);
  }
  remove(contexts);
}

/** @param {import('./engine.mjs').Engine} engine @param {string} image */
async function has(engine, image) {
  return (await engine.docker('image', 'ls', '-q', image)).trim() !== '';
}

/**
 * @param {import('./engine.mjs').Engine} engine
 * @param {string} folder
 * @param {import('../lib/steps.mjs').Step} step
 */
async function importDebian(engine, folder, step) {
  const debootstrap = which('debootstrap', `${process.env.PATH}:/usr/sbin`);
  if (!debootstrap)
    throw new UserError('Stand-ins for the official images need debootstrap: apt-get install debootstrap.');
  step.doing('a Debian of this machine’s mirror, once');
  const targets = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)']);
  const mirror = targets.output.split('\n')[0]?.trim() ?? '';
  const [root, archive] = [join(folder, 'debian'), join(folder, 'debian.tar')];
  remove(root);
  mkdirSync(folder, { recursive: true });
  const made = await run(debootstrap, ['--variant=minbase', `--include=${PACKAGES}`, SUITE, root, mirror]);
  if (made.code !== 0) throw new UserError(`debootstrap failed:\n${tail(made.output)}`);
  const packed = await run('tar', ['-C', root, '-cf', archive, '.']);
  if (packed.code !== 0) throw new UserError(`tar failed:\n${tail(packed.output)}`);
  await engine.docker('import', archive, BASE);
  remove(root);
  remove(archive);
}

/** npm as this machine has it. */
function npmFolder() {
  const npm = which('npm');
  const folder = npm && dirname(dirname(realpathSync(npm)));
  if (!folder || !existsSync(join(folder, 'package.json'))) throw new UserError('npm was not found.');
  return folder;
}
