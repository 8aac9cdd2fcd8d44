import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', '..', '..', '..', 'tools', 'node-flags.json');

/** What services are started with, here as everywhere: what is measured and tested is what runs. */
export const nodeFlags = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
