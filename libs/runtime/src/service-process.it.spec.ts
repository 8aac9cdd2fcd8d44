import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@posthorn/testing';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** A service of its own process, from source; `body` may use `on(hook, fn)` to hang into its life. */
function serve(
  body: string,
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; text: () => string; code: () => Promise<number | null> } {
  const source = `
    import { Module } from '@nestjs/common';
    import { CommonSettings, loadSettings, runMain, startService } from './src/index.ts';
    class Hooks {}
    const on = (hook, run) => { Hooks.prototype[hook] = run; };
    ${body}
    class Sample {}
    Module({ providers: [Hooks] })(Sample);
    await runMain(() => {
      const settings = loadSettings(CommonSettings, process.env);
      return startService({ name: 'sample', module: Sample, settings });
    });`;
  const args = [
    '--import',
    '../../tools/swc-hook.mjs',
    '--conditions=@posthorn/source',
    '--input-type=module',
  ];
  const child = spawn(process.execPath, [...args, '-e', source], {
    cwd: folder,
    env: { PATH: process.env['PATH'], KAFKA_BROKERS: 'x:1', POSTHORN_PORT: '0', ...env },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
  children.push(child);
  return { child, text: () => text, code: () => exited };
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('a service process', () => {
  it('has written its last line when it ends in the same turn', async () => {
    const { text, code } = serve(`
      import { createLogger } from './src/index.ts';
      on('onModuleInit', () => {
        createLogger({ logLevel: 'info' }, 'sample').info('last words');
        process.exit(3);
      });`);
    expect(await code()).toBe(3);
    await waitFor(() => text().includes('"last words"'));
  }, 30_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stops in order on %s',
    async (signal) => {
      const { child, text, code } = serve(
        `on('onApplicationShutdown', () => console.log(JSON.stringify({ msg: 'module', time: new Date() })));`,
      );
      await waitFor(() => text().includes('"listening"'));
      child.kill(signal);
      expect(await code()).toBe(0);
      // By their times: what the logger and console.log write to one pipe may change places.
      const lines = text().trim().split('\n');
      const told = lines.map((line) => JSON.parse(line) as { msg: string; time: string });
      const timeOf = (msg: string): number => Date.parse(told.find((line) => line.msg === msg)!.time);
      expect(timeOf('module')).toBeGreaterThanOrEqual(timeOf('stopping'));
      expect(timeOf('stopped')).toBeGreaterThanOrEqual(timeOf('module'));
    },
    20_000,
  );

  it('is not ready while it stops, and ends at once on a second signal', async () => {
    const { child, text, code } = serve(`on('beforeApplicationShutdown', () => new Promise(() => {}));`);
    const url = await waitFor(() => /"url":"([^"]+)"/.exec(text())?.[1]);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    await waitFor(async () => (await fetch(`${url}/health/ready`)).status === 503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await code()).toBe(1);
  }, 20_000);

  it.each([
    ['a rejection', `setTimeout(() => Promise.reject(new Error('nobody')), 1_000);`],
    ['an exception', `setTimeout(() => { throw new Error('nobody'); }, 1_000);`],
  ])(
    'logs %s that nobody caught, and ends',
    async (_name, body) => {
      const { text, code } = serve(body);
      expect(await code()).toBe(1);
      expect(text()).toMatch(/"level":"fatal".*"message":"nobody"/);
    },
    20_000,
  );

  it.each([
    ['a wrong setting', '', { POSTHORN_PORT: 'x' }, 'POSTHORN_PORT "x" is not a number\n'],
    [
      'an address that is not ours',
      '',
      { POSTHORN_HOST: '203.0.113.1' },
      'POSTHORN_HOST 203.0.113.1: not an address of this machine\n',
    ],
  ])(
    'says in one line that it cannot start for %s',
    async (_name, body, env, line) => {
      const { text, code } = serve(body, { ...env, POSTHORN_LOG_LEVEL: 'fatal' });
      expect(await code()).toBe(1);
      expect(text()).toBe(line);
    },
    20_000,
  );
});
