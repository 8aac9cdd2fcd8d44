import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { repoRoot } from './paths.mjs';

/** Settings of the checkout's `.env` file. What the environment says wins over it, as everywhere. */
export function readDotEnv() {
  const file = join(repoRoot, '.env');
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8'))))
    process.env[name] ??= value;
}
