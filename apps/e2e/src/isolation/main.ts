import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Isolation, type IsolationOptions } from './isolation.js';

/** Runs below tools/isolation.mjs, which owns Kafka and PostgreSQL; exits 0 only where the goal was met. */
const options = JSON.parse(process.argv[2]) as Omit<IsolationOptions, 'logsDir'>;
const logsDir = mkdtempSync(join(tmpdir(), 'posthorn-isolation-'));
const isolation = new Isolation({ ...options, logsDir });

let code = 1;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void isolation.abort(`ended by ${signal}`));
const overtime = setTimeout(() => void isolation.abort('took too long'), options.limitMs);
try {
  code = (await isolation.run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
}
clearTimeout(overtime);
await isolation.close();
if (code === 0 && !options.keepLogs) rmSync(logsDir, { recursive: true, force: true });
else console.error(`What every process said is in ${logsDir}`);
if (options.json && isolation.summary) console.log(JSON.stringify(isolation.summary));
process.exit(code);
