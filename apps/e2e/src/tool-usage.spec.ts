import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const run = (tool: string, ...args: string[]) => {
  const file = join(import.meta.dirname, '../../../tools', tool);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

it.each(['start.mjs', 'bench.mjs'])('%s says what it is for, and which option it does not know', (tool) => {
  const help = run(tool, '--help');
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toMatch(/^[^/].*`npm (start|run bench)/);
  const { status, stderr } = run(tool, '--no-such-option');
  expect([status, stderr.split('\n')[0]]).toEqual([1, "posthorn: Unknown option '--no-such-option'"]);
  expect(stderr).toContain(help.stdout.trim());
});
