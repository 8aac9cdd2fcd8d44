import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from '../lib/ending.mjs';
import { readText } from '../lib/files.mjs';
import { log4j2, serverProperties } from '../lib/kafka-files.mjs';
import { fetchMetadata, isReady } from '../lib/kafka-metadata.mjs';
import { freePort } from '../lib/ports.mjs';
import { identify, isRunning, run, stop, tail } from '../lib/processes.mjs';
import { UserError, findJava, noKafka } from '../lib/require.mjs';

const READY_WITHIN_MS = 120_000;

/**
 * A broker that lets nobody in without TLS, user and password, and lets nobody do what no rule allows: as
 * Strimzi sets one up. Beside it a plain listener on loopback, whose callers may do everything.
 * @param {{ folder: string, jars: string, users: Map<string, string> }} options  users and their passwords
 */
export async function startGuardedBroker({ folder, jars, users }) {
  const java = findJava();
  if ('problem' in java) throw noKafka(java.problem);
  mkdirSync(folder, { recursive: true });
  const [port, controllerPort, guarded] = [await freePort(), await freePort(), await freePort()];
  const caFile = await certificate(folder);
  const config = join(folder, 'server.properties');
  writeFileSync(config, properties({ folder, port, controllerPort, guarded }));
  writeFileSync(join(folder, 'log4j2.xml'), log4j2(join(folder, 'broker.log')));
  const names = readdirSync(jars).filter((name) => name.endsWith('.jar'));
  const path = names.map((name) => join(jars, name)).join(':');
  const jvm = [`-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`, '-XX:+UseSerialGC', '-cp', path];
  const scram = [...users].flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
  const format = [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'cG9zdGhvcm4tY2x1c3Rlcg',
    '-c',
    config,
    ...scram,
  ];
  const { code, output } = await run(java.bin, [...jvm, ...format]);
  if (code !== 0) throw new UserError(`The broker's folder could not be made:\n${tail(output)}`);
  const out = openSync(join(folder, 'broker.out'), 'w');
  const child = spawn(java.bin, ['-Xmx512m', ...jvm, 'kafka.Kafka', config], {
    stdio: ['ignore', out, out],
    detached: true,
  });
  const id = child.pid === undefined ? undefined : identify(child.pid);
  const close = () => stop(id, { signal: 'SIGTERM', graceMs: 20_000 });
  for (const until = Date.now() + READY_WITHIN_MS; !isReady(await fetchMetadata(port)); await sleep(200)) {
    throwIfEnding();
    if (id && isRunning(id) && Date.now() < until) continue;
    await close();
    throw new UserError(`The broker did not start:\n${tail(readText(join(folder, 'broker.out')) ?? '', 20)}`);
  }
  return { plain: `127.0.0.1:${port}`, guarded: `localhost:${guarded}`, caFile, close };
}

/** An authority that is its own: who is given it believes the broker. @param {string} folder */
async function certificate(folder) {
  const [key, caFile] = [join(folder, 'key.pem'), join(folder, 'ca.crt')];
  const { code, output } = await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', caFile],
  ]);
  if (code !== 0) throw new UserError(`openssl could not make a certificate:\n${tail(output)}`);
  writeFileSync(join(folder, 'keystore.pem'), `${readFileSync(key, 'utf8')}${readFileSync(caFile, 'utf8')}`);
  return caFile;
}

/** @param {{ folder: string, port: number, controllerPort: number, guarded: number }} options */
function properties({ folder, port, controllerPort, guarded }) {
  const plain = serverProperties({ port, controllerPort, dataDir: join(folder, 'data') });
  const listeners = { PLAINTEXT: port, SASL_SSL: guarded };
  const at = (/** @type {string} */ host) =>
    Object.entries(listeners)
      .map(([name, number]) => `${name}://${host}:${number}`)
      .join(',');
  return `${plain
    .replace(/^listeners=.*$/m, `listeners=${at('127.0.0.1')},CONTROLLER://127.0.0.1:${controllerPort}`)
    .replace(/^advertised\.listeners=.*$/m, `advertised.listeners=${at('localhost')}`)
    .replace(/^(listener\.security\.protocol\.map=.*)$/m, '$1,SASL_SSL:SASL_SSL')}
ssl.keystore.type=PEM
ssl.keystore.location=${join(folder, 'keystore.pem')}
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
`;
}
