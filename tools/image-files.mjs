// Puts together what one service needs to run, and nothing else, for an image:
// `node tools/image-files.mjs <service> <folder>`. The Dockerfile calls it after the build.
import { cpSync, existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';
import { main } from './lib/main.mjs';
import { repoRoot } from './lib/paths.mjs';
import { PORTS } from './lib/product.mjs';
import { UserError } from './lib/require.mjs';

/** What is found by name at run time only, so that no trace leads to it. */
const ALSO = ['package.json', 'LICENSE'];

/** The portal's pages are served by these. */
const WITH_PORTAL = ['subscription-api', 'standalone'];
const PORTAL = 'apps/portal/dist';

await main(async () => {
  const [service, folder] = process.argv.slice(2);
  if (!service || !folder || !(service in PORTS))
    throw new UserError(`Usage: node tools/image-files.mjs <${Object.keys(PORTS).join('|')}> <folder>`);
  const entry = join('apps', service, 'dist', 'main.js');
  if (!existsSync(join(repoRoot, entry)))
    throw new UserError(`There is no ${entry}; npm run build makes it.`);
  rmSync(folder, { recursive: true, force: true });
  const { fileList, warnings } = await nodeFileTrace([join(repoRoot, entry)], {
    base: repoRoot,
  });
  for (const warning of warnings) console.warn(String(warning.message));
  const files = [...fileList].filter((file) => wanted(file));
  for (const file of [...files, ...ALSO]) copy(file, folder);
  if (WITH_PORTAL.includes(service) && existsSync(join(repoRoot, PORTAL)))
    cpSync(join(repoRoot, PORTAL), join(folder, PORTAL), { recursive: true });
  console.log(`${service}: ${files.length} files in ${folder}`);
  return 0;
});

/** Sources, maps of others and types are never asked for. @param {string} file */
function wanted(file) {
  return !/\.(map|d\.[cm]?ts|md)$/.test(file) && !/^(libs|apps)\/[^/]+\/(src|out-tsc)\//.test(file);
}

/**
 * Links stay links: the workspace's own libraries are links in node_modules.
 * @param {string} file
 * @param {string} folder
 */
function copy(file, folder) {
  const [from, to] = [join(repoRoot, file), join(folder, file)];
  mkdirSync(dirname(to), { recursive: true });
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (lstatSync(from).isFile()) cpSync(from, to);
}
