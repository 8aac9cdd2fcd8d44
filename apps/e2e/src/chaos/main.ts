import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chaos, type ChaosOptions } from './chaos.js';

/** Runs below tools/chaos.mjs, which owns Kafka and PostgreSQL; exits 0 only where every promise was kept. */
const options = JSON.parse(process.argv[2]) as Omit<ChaosOptions, 'logsDir'>;
const logsDir = mkdtempSync(join(tmpdir(), 'posthorn-chaos-'));
const chaos = new Chaos({ ...options, logsDir });

let code = 1;
const signals = ['SIGINT', 'SIGTERM'] as const;
for (const signal of signals) process.once(signal, () => void chaos.abort(`ended by ${signal}`));
const overtime = setTimeout(() => void chaos.abort('took too long'), options.limitMs);
try {
  code = (await chaos.run()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
}
clearTimeout(overtime);
await chaos.close();
if (code === 0 && !options.keepLogs) rmSync(logsDir, { recursive: true, force: true });
else console.error(`What every process said is in ${logsDir}`);
if (options.json && chaos.summary) console.log(JSON.stringify(chaos.summary));
process.exit(code);
