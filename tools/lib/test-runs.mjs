import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, remove, writeJson } from './files.mjs';
import { layout } from './paths.mjs';
import { isRunning, ownProcess, stopGroup } from './processes.mjs';
import { closeStores } from './stores.mjs';
import { childFile } from './suites.mjs';
import { clearDead } from './users.mjs';

/**
 * Every test run has stores of its own with nothing in them, and forgets them at its end. What a killed run
 * left
 * behind is cleared away by the next one.
 * @param {import('./paths.mjs').Layout} usual
 * @returns {import('./paths.mjs').Layout}
 */
export function newTestRun(usual) {
  const stateDir = join(usual.repoDir, 'tests', `${process.pid}-${Date.now().toString(36)}`);
  mkdirSync(stateDir, { recursive: true });
  writeJson(join(stateDir, 'run.json'), ownProcess());
  return { ...layout({ stateDir }), cacheDir: usual.cacheDir };
}

/** @param {import('./paths.mjs').Layout} at */
export async function forgetTestRun(at) {
  await stopGroup(readJson(childFile(at.stateDir)), { signal: 'SIGTERM', graceMs: 5_000 });
  await clearDead(at.stateDir);
  await closeStores(at, { forget: true });
  remove(at.stateDir);
}

/** @param {import('./paths.mjs').Layout} usual */
export async function clearDeadTestRuns({ repoDir }) {
  const folder = join(repoDir, 'tests');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const stateDir = join(folder, name);
    if (!isRunning(readJson(join(stateDir, 'run.json')))) await forgetTestRun(layout({ stateDir }));
  }
}
