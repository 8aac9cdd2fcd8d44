import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ServiceName } from '../chaos/fleet.js';
import { call } from '../chaos/api.js';
import { tenantId } from './traffic.js';
import { one, sql, type World } from './world.js';

type Look = (world: World) => Promise<string>;

/** Several looks, one after the other, as the runbook has them. */
export const all =
  (...looks: Look[]): Look =>
  async (world) => {
    const seen: string[] = [];
    for (const look of looks) seen.push(await look(world));
    return seen.join('; ');
  };

/** `curl -s $URL/health/ready`, which names the check. */
export const ready =
  (service: ServiceName, check: string): Look =>
  async (world) => {
    const response = await fetch(`${one(world, service).url}/health/ready`);
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    if (!checks[check] || checks[check] === 'ok') throw new Error(`${check} is ${checks[check]}`);
    return `/health/ready of ${service}: ${check}: ${checks[check]}`;
  };

/** What a panel of the dashboards shows. */
export const shows =
  (expr: string, wanted: (value: number) => boolean): Look =>
  async ({ prometheus }) => {
    const found = (await prometheus.query(expr)).find(({ value }) => wanted(Number(value[1])));
    if (!found) throw new Error(`${expr} does not show it`);
    return `${expr} = ${found.value[1]} ${JSON.stringify(found.metric)}`;
  };

/** A request of the runbook, below the tenant, and what its answer has to hold. */
export const answers =
  (path: string, wanted: RegExp): Look =>
  async (world) => {
    const service = /^\/(deliveries|events|replays)/.test(path) ? 'delivery-log' : 'subscription-api';
    const url = `${one(world, service).url}/v1/tenants/${tenantId}${path.replace('<id>', world.traffic.subscriptions[0]!)}`;
    const { status, body } = await call<unknown>('GET', url, { key: world.traffic.key });
    const text = JSON.stringify(body);
    if (status !== 200 || !wanted.test(text))
      throw new Error(`GET ${path} answered ${status} ${text?.slice(0, 300)}, not ${wanted}`);
    return `GET ${path} has ${wanted.exec(text)![0]}`;
  };

/** A line of a service's log. */
export const logged =
  (service: ServiceName, wanted: RegExp): Look =>
  async (world) => {
    const lines = readFileSync(join(world.logsDir, `${one(world, service).name}.log`), 'utf8').split('\n');
    const found = lines.findLast((line) => wanted.test(line));
    if (!found) throw new Error(`the log of ${service} has no ${wanted}`);
    return `log of ${service}: ${wanted.exec(found)![0]}`;
  };

/** A statement of the runbook, as it stands there. */
export const selects =
  (runbook: string, nth = 0): Look =>
  async (world) => {
    const text = readFileSync(
      join(import.meta.dirname, '../../../../docs/runbooks', `${runbook}.md`),
      'utf8',
    );
    const statements = [...text.matchAll(/`(SELECT [^`]+)`/g)].map(([, statement]) => statement!);
    const rows = await sql(world, statements[nth]!.replace(/\s+/g, ' '));
    if (rows.length === 0) throw new Error(`${statements[nth]} found nothing`);
    return `${rows.length} rows of ${statements[nth]!.slice(0, 40)}…`;
  };

/** A command line of the runbook, with its topics under this stack's prefix. */
export const runs =
  (runbook: string, command: RegExp, wanted: RegExp): Look =>
  async (world) => {
    const text = readFileSync(
      join(import.meta.dirname, '../../../../docs/runbooks', `${runbook}.md`),
      'utf8',
    );
    const [, line] = [...text.matchAll(/`([^`]+)`/g)].find(([, each]) => command.test(each!)) ?? [];
    if (!line) throw new Error(`${runbook} has no command ${command}`);
    const here = line
      .replaceAll('$KAFKA', world.brokers)
      .replaceAll('$DATABASE_URL', world.databaseUrl)
      .replaceAll('posthorn.', world.prefix);
    const [program, ...args] = here.split(' ');
    const { stdout, stderr } = await promisify(execFile)(program!, args, { timeout: 20_000 }).catch(
      (error: { stdout?: string; stderr?: string; message: string }) => ({
        stdout: error.stdout ?? '',
        stderr: `${error.stderr ?? ''}${error.message}`,
      }),
    );
    const found = wanted.exec(`${stdout}${stderr}`);
    if (!found) throw new Error(`${here} said ${`${stdout}${stderr}`.slice(0, 300)}, not ${wanted}`);
    return `${line}: ${found[0].slice(0, 80)}`;
  };

const snapshotWithinMs = 60_000;

/** As the runbook has it: the process says what it holds. */
export const heapSnapshot =
  (service: ServiceName): Look =>
  async (world) => {
    const { pid, surprises } = one(world, service);
    process.kill(pid!, 'SIGUSR2');
    for (const until = Date.now() + snapshotWithinMs; Date.now() < until; await sleep(500)) {
      const found = readdirSync(world.logsDir).find((name) => name.endsWith('.heapsnapshot'));
      if (found && statSync(join(world.logsDir, found)).size > 0) return `SIGUSR2 wrote ${found}`;
    }
    throw new Error(`no heap snapshot; ${surprises.join(', ')}`);
  };
