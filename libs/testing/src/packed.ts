import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const repo = fileURLToPath(new URL('../../..', import.meta.url));
const limits = { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 };

export type Installed = {
  /** The program's folder: the package is in its node_modules, and nothing else. */
  folder: string;
  /** What npm packed, by path within the package. */
  files: string[];
  manifest: Record<string, unknown>;
  /** Runs an ES module in plain Node, and gives what it printed. */
  run(script: string): Promise<string>;
  /** Compiles a TypeScript module as a user would, strictly and with the declarations checked. */
  compile(source: string): Promise<void>;
  remove(): void;
};

/**
 * A library as others get it: built by its own command, packed by npm and installed from the tarball into a
 * folder of its own, without network. Beside what others build in this checkout, not among it.
 */
export async function installPacked(name: string): Promise<Installed> {
  const root = mkdtempSync(join(tmpdir(), 'posthorn-packed-'));
  try {
    const source = copySource(name, join(root, 'repo'));
    const { nx } = manifestIn(source) as { nx: { targets: { build: { options: { command: string } } } } };
    await call('sh', ['-c', nx.targets.build.options.command], source);
    const packed = await call(
      'npm',
      ['pack', '--json', '--pack-destination', root, '--ignore-scripts'],
      source,
    );
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];

    const folder = join(root, 'program');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await call('npm', ['install', ...flags, join(root, filename)], folder);
    return {
      folder,
      files: files.map(({ path }) => path),
      manifest: manifestIn(join(folder, 'node_modules', '@posthorn', name)),
      run: (script) => call(process.execPath, ['--input-type=module', '--eval', script], folder),
      compile: (text) => compile(text, folder),
      remove: () => rmSync(root, { recursive: true, force: true }),
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** With what its build reads: the shared settings of the compilers, and the packages of this checkout. */
function copySource(name: string, to: string): string {
  mkdirSync(to);
  for (const file of ['tsconfig.base.json', '.swcrc']) cpSync(join(repo, file), join(to, file));
  symlinkSync(join(repo, 'node_modules'), join(to, 'node_modules'));
  const built = /[/\\](?:dist|out-tsc|node_modules)$/;
  const source = join(to, 'libs', name);
  cpSync(join(repo, 'libs', name), source, { recursive: true, filter: (path) => !built.test(path) });
  return source;
}

async function compile(text: string, folder: string): Promise<void> {
  writeFileSync(join(folder, 'program.ts'), text);
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
  const types = ['--typeRoots', join(repo, 'node_modules', '@types')];
  await call('tsc', [...options, ...types, 'program.ts'], folder);
}

function manifestIn(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
}

async function call(command: string, args: string[], cwd: string): Promise<string> {
  const PATH = [join(repo, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const env = { ...process.env, PATH, NODE_OPTIONS: '', npm_config_loglevel: 'error' };
  try {
    return (await execute(command, args, { ...limits, cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${stdout ?? ''}${stderr ?? ''}`, {
      cause: error,
    });
  }
}
