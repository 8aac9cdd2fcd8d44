import { join } from 'node:path';
import { buildPortal, buildProjects } from './build.mjs';
import { throwIfEnding } from './ending.mjs';
import { withLock } from './lock.mjs';
import { installPackages } from './packages.mjs';
import { politeWait } from './stores.mjs';

/**
 * @typedef {import('./paths.mjs').Layout} Layout
 * @typedef {import('./steps.mjs').Steps} Steps
 */

/**
 * Packages and build output belong to the checkout, whatever state folder is in use; one launcher at a time.
 * @param {Layout} at
 * @param {Steps} steps
 * @param {() => Promise<unknown>} work
 */
const withCheckout = (at, steps, work) =>
  withLock(join(at.repoDir, 'checkout.lock'), work, politeWait(steps));

/** @param {Layout} at @param {Steps} steps */
export async function setUpPackages(at, steps) {
  await withCheckout(at, steps, () =>
    steps.run(
      'Packages',
      (step) => installPackages(step, at),
      (result) => result,
    ),
  );
  throwIfEnding();
}

/** @param {Layout} at @param {Steps} steps @param {{ dev?: boolean }} [options] */
export async function setUpBuild(at, steps, { dev = false } = {}) {
  const work = dev ? buildPortal : buildProjects;
  await withCheckout(at, steps, () => steps.run('Build', work, () => 'up to date'));
  throwIfEnding();
}
