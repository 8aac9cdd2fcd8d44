import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from './ending.mjs';
import { isWritable, moveOnce, readJson, readText, remove, writeJson, writeWhole } from './files.mjs';
import { jarsName, log4j2, pom, serverProperties } from './kafka-files.mjs';
import { fetchMetadata, isReady } from './kafka-metadata.mjs';
import { freePort } from './ports.mjs';
import { complaints, identify, isRunning, run, stop, tail } from './processes.mjs';
import { UserError, findJava, noKafka, which } from './require.mjs';

const USUAL_PORT = 9092;
const READY_WITHIN_MS = 180_000;
const STOP_GRACE_MS = 20_000;
const START_ATTEMPTS = 3;

/**
 * @typedef {import('./processes.mjs').ProcessId & { port: number, controllerPort: number }} Running
 * @typedef {{ folder: string, dataDir: string, logFile: string, record: string }} Places
 */

/** @param {string} stateDir @returns {Places} */
function places(stateDir) {
  const folder = join(stateDir, 'kafka');
  return {
    folder,
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'broker.log'),
    record: join(folder, 'running.json'),
  };
}

/**
 * Why no broker can be run from Maven's artifacts here, if so.
 * @param {string} cacheDir
 * @returns {string | undefined}
 */
export function kafkaProblem(cacheDir) {
  const java = findJava();
  if ('problem' in java) return java.problem;
  if (!existsSync(join(cacheDir, jarsName)) && !which('mvn'))
    return 'Java is there, but Maven (mvn) was not found';
  return undefined;
}

/**
 * Fetches the broker's jars through Maven, once. The folder gets its name when it is complete.
 * @param {string} cacheDir
 * @param {import('./steps.mjs').Step} step
 */
export async function fetchJars(cacheDir, step) {
  const jars = join(cacheDir, jarsName);
  if (existsSync(jars)) return jars;
  const mvn = which('mvn');
  if (!mvn) throw noKafka('Maven (mvn) was not found');
  step.doing('fetching the broker through Maven');
  const work = `${jars}.${process.pid}`;
  remove(work);
  writeWhole(join(work, 'pom.xml'), pom);
  const goal = [
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(work, 'lib')}`,
  ];
  const flags = ['-B', '-q', '-f', join(work, 'pom.xml'), ...localRepository(cacheDir)];
  const { code, output } = await run(mvn, [...flags, ...goal], { cwd: work });
  if (code !== 0)
    throw new UserError(`Maven could not fetch Kafka (is this machine offline?):\n${tail(output)}`);
  moveOnce(join(work, 'lib'), jars);
  remove(work);
  return jars;
}

/**
 * Maven keeps what it has fetched in the home of the account, whatever HOME says; some accounts have none.
 * @param {string} cacheDir
 */
function localRepository(cacheDir) {
  const usual = join(userInfo().homedir || '/nowhere', '.m2', 'repository');
  return isWritable(usual) ? [] : [`-Dmaven.repo.local=${join(cacheDir, 'm2')}`];
}

/** The jars in a fixed order: `lib/*` would leave the order to the file system. @param {string} jars */
function classPath(jars) {
  const names = readdirSync(jars).filter((name) => name.endsWith('.jar'));
  return names
    .sort()
    .map((name) => join(jars, name))
    .join(':');
}

/**
 * Brings the broker of this state folder up, or finds it running, and waits until it serves.
 * @param {{ stateDir: string, jars: string, usualPort: boolean, step: import('./steps.mjs').Step }} options
 * @returns {Promise<{ port: number, reused: boolean }>}
 */
export async function startKafka({ stateDir, jars, usualPort, step }) {
  const at = places(stateDir);
  const java = findJava();
  if ('problem' in java) throw noKafka(java.problem);
  const known = /** @type {Running | undefined} */ (readJson(at.record));
  if (known && isRunning(known)) {
    await untilReady(known, at);
    return { port: known.port, reused: true };
  }
  step.doing('starting the broker');
  for (let attempt = 1; ; attempt++) {
    const wanted = usualPort ? [known?.port, USUAL_PORT] : [];
    const port = await freePort(...wanted);
    const controllerPort = await freePort(...(usualPort ? [port + 1] : []));
    try {
      const running = await launch({ at, bin: java.bin, jars, port, controllerPort });
      await untilReady(running, at);
      return { port, reused: false };
    } catch (error) {
      // Between the look at a port and the broker's bind somebody else may have taken it.
      const lostPort = /Address already in use/.test(tail(readText(at.logFile) ?? '', 80));
      if (!lostPort || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/**
 * The broker is a process of its own: it outlives a launcher that is killed, and Ctrl-C does not reach it.
 * @param {{ at: Places, bin: string, jars: string, port: number, controllerPort: number }} options
 * @returns {Promise<Running>}
 */
async function launch({ at, bin, jars, port, controllerPort }) {
  mkdirSync(at.folder, { recursive: true });
  const config = join(at.folder, 'server.properties');
  const logging = join(at.folder, 'log4j2.xml');
  writeWhole(config, serverProperties({ port, controllerPort, dataDir: at.dataDir }));
  writeWhole(logging, log4j2(at.logFile));
  remove(at.logFile);
  const path = classPath(jars);
  const jvm = ['-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${logging}`, '-XX:+UseSerialGC'];
  const format = {
    bin,
    args: [...jvm, '-XX:TieredStopAtLevel=1', '-cp', path, 'kafka.tools.StorageTool'],
    config,
  };
  await formatOnce(at, format);
  const heap = ['-Xms64m', '-Xmx512m', '-XX:MaxDirectMemorySize=128m', '-XX:+ExitOnOutOfMemoryError'];
  const out = openSync(join(at.folder, 'broker.out'), 'w');
  const child = spawn(bin, [...heap, ...jvm, '-cp', path, 'kafka.Kafka', config], {
    cwd: at.folder,
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.on('error', () => {}); // seen below: there is no such process then
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (!id) throw new UserError(`The broker did not start; see ${join(at.folder, 'broker.out')}.`);
  const running = { ...id, port, controllerPort };
  writeJson(at.record, running);
  return running;
}

/**
 * Gives the data folder its cluster id. The id is made here, which saves a JVM; the broker verifies it.
 * @param {Places} at
 * @param {{ bin: string, args: string[], config: string }} tool
 */
async function formatOnce(at, { bin, args, config }) {
  const clusterFile = join(at.folder, 'cluster-id');
  const marker = join(at.folder, 'formatting');
  if (existsSync(join(at.dataDir, 'meta.properties')) && !existsSync(marker)) return;
  // A folder whose making was interrupted holds nothing yet.
  if (existsSync(marker)) remove(at.dataDir);
  mkdirSync(at.dataDir, { recursive: true });
  writeWhole(marker, '');
  const clusterId = readText(clusterFile) ?? randomBytes(16).toString('base64url').replace(/^-/, 'A');
  writeWhole(clusterFile, `${clusterId}\n`);
  const { code, output } = await run(bin, [
    ...args,
    'format',
    '--ignore-formatted',
    '-t',
    clusterId,
    '-c',
    config,
  ]);
  if (code !== 0)
    throw new UserError(`Kafka's data folder ${at.dataDir} could not be prepared:\n${tail(output)}`);
  remove(marker);
}

/** @param {Running} running @param {Places} at */
async function untilReady(running, at) {
  const clusterId = readText(join(at.folder, 'cluster-id'));
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    throwIfEnding();
    const metadata = await fetchMetadata(running.port);
    if (isReady(metadata) && metadata?.clusterId === clusterId) return;
    if (!isRunning(running)) {
      const said = readText(join(at.folder, 'broker.out')) ?? readText(at.logFile) ?? '';
      const reason = tail(complaints(said), 6) || '(no reason given: it may have been ended from outside)';
      throw new UserError(`The broker ended while it started; start again, or see ${at.logFile}:\n${reason}`);
    }
    if (Date.now() > deadline) {
      await stop(running, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
      throw new UserError(`The broker was not ready within ${READY_WITHIN_MS / 1000} s; see ${at.logFile}.`);
    }
    await sleep(50);
  }
}

/** @param {string} stateDir @returns {Promise<boolean>} whether there was one to stop */
export async function stopKafka(stateDir) {
  const { record } = places(stateDir);
  const running = readJson(record);
  const was = isRunning(running);
  await stop(running, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
  // The record stays: the next start asks for the same port first.
  return was;
}
