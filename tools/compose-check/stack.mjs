import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwIfEnding } from '../lib/ending.mjs';
import { readText } from '../lib/files.mjs';
import { repoRoot } from '../lib/paths.mjs';
import { freePort } from '../lib/ports.mjs';

const PROJECT = 'posthorn-check';
const HEALTHY_WITHIN_MS = 240_000;
const PROXY = 'proxy';
/** Built here. */
const BUILT = ['subscription-api', 'event-ingest', 'delivery-log', 'dispatcher', 'retry-scheduler'];
/** What they stand on. */
const STORES = ['kafka', 'postgres'];
/** Kept in by their networks. */
const INSIDE = ['event-ingest', 'delivery-log', 'retry-scheduler'];
/** What stands in each service's folder for keys. @type {Record<string, string>} */
const KEYS = {
  'subscription-api': 'admin-key database-url secret-keys',
  'event-ingest': '',
  'delivery-log': 'database-url',
  dispatcher: 'secret-keys',
  'retry-scheduler': 'database-url',
};
/** More than an address may have at once and within the seconds that it takes. */
const FLOOD = 20_000;
/** More at once, and what forwards the port for Docker refuses before the proxy can. */
const CONNECTIONS = 64;
/** Nobody but root may be user 0, write, hold capabilities, or take all memory. */
const HARDENING =
  '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Memory}}';

/** @param {string} host @param {number} port */
const reach = (host, port) => `
  const socket = require('net').connect({ host: '${host}', port: ${port}, timeout: 2000 });
  const end = (answer) => { console.log(answer); process.exit(); };
  socket.on('connect', () => end('yes')).on('error', () => end('no')).on('timeout', () => end('no'));`;

/** docker-compose.yml under a project name and ports of its own, without what watches it. */
export class Stack {
  services = [...BUILT, PROXY, ...STORES];
  ports = { http: 0, kafka: 0, postgres: 0 };

  /** @param {import('./engine.mjs').Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  get url() {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** @param {boolean} [built] whether the images are there */
  async build(built = false) {
    this.ports = { http: await freePort(), kafka: await freePort(), postgres: await freePort() };
    if (!built) await this.compose('build', 'setup', ...BUILT);
  }

  async up() {
    await this.compose('up', '-d', ...this.services);
    await this.healthy();
  }

  async stop() {
    await this.compose('stop');
  }

  /** The data of the trial goes, too. */
  async down() {
    await this.compose('down', '-v', '--remove-orphans').catch(() => '');
  }

  async healthy() {
    for (const until = Date.now() + HEALTHY_WITHIN_MS; ; await sleep(500)) {
      throwIfEnding();
      const states = await Promise.all(
        this.services.map(async (name) => /** @type {const} */ ([name, await this.state(name)])),
      );
      const not = states.filter(([, state]) => state !== 'healthy');
      if (not.length === 0) return;
      if (Date.now() > until)
        throw new Error(`not healthy: ${not.map((one) => one.join(' is ')).join(', ')}`);
    }
  }

  /**
   * As a crash. Ours have an init process, and what it looks after dies at once; Docker starts it again by
   * itself. The others have none, and Docker takes a kill from outside for a wish.
   * @param {string} service
   */
  async kill(service) {
    if (BUILT.includes(service)) {
      // The shell that kills everything is killed with it.
      await this.inside(service, 'sh', '-c', 'kill -9 -1').catch(() => '');
      return;
    }
    const id = await this.container(service);
    await this.engine.docker('kill', id);
    await this.engine.docker('start', id);
  }

  /** What a client needs: the key is made by `setup`, `host` is where a container sees this machine. */
  async installation() {
    const adminKey = (await this.inside('subscription-api', 'cat', '/run/posthorn/admin-key')).trim();
    const format = '{{(index .IPAM.Config 0).Gateway}}';
    const host = (await this.engine.docker('network', 'inspect', '-f', format, `${PROJECT}_outside`)).trim();
    const brokers = `127.0.0.1:${this.ports.kafka}`;
    return { url: this.url, adminKey, brokers, prefix: 'posthorn.', host };
  }

  async assertHardened() {
    for (const service of [...BUILT, PROXY]) {
      const id = await this.container(service);
      const said = (await this.engine.docker('inspect', '-f', HARDENING, id)).trim();
      const [user = '', readOnly, dropped, memory] = said.split(' ');
      const fine = /^[1-9]/.test(user) && readOnly === 'true' && dropped === '[ALL]' && Number(memory) > 0;
      if (!fine) throw new Error(`${service} is not hardened: ${said}`);
      const wrote = await this.inside(
        service,
        'sh',
        '-c',
        'touch /written 2>/dev/null && echo yes || echo no',
      );
      if (wrote.trim() !== 'no') throw new Error(`${service} can write to its root file system`);
    }
    return 'no root, nothing writable, no capabilities, memory limited';
  }

  /** Metrics stay inside, and only those that call receivers get out. */
  async assertClosed() {
    const { status } = await fetch(`${this.url}/metrics`);
    if (status !== 404) throw new Error(`the proxy shows /metrics (${status})`);
    // This machine itself can be reached from every network of Docker's; what lies beyond it cannot.
    const [, server = ''] = /^nameserver\s+(\d\S+)/m.exec(readText('/etc/resolv.conf') ?? '') ?? [];
    const can = async (/** @type {string} */ service) =>
      (await this.inside(service, 'node', '-e', reach(server, 53))).trim() === 'yes';
    if (!server || server.startsWith('127.') || !(await can('dispatcher')))
      return '/metrics is not shown; nothing beyond this machine was there to try the way out with';
    for (const service of INSIDE)
      if (await can(service)) throw new Error(`${service} reaches ${server}, which is outside`);
    return `${INSIDE.join(', ')} have no way out; /metrics is not shown`;
  }

  /** Each service finds its own keys where they are expected, and no others'. */
  async assertKeys() {
    for (const [service, wanted] of Object.entries(KEYS)) {
      const listed = await this.inside(service, 'ls', '-A', '/run/posthorn');
      const found = listed.trim().split('\n').filter(Boolean).sort().join(' ');
      if (found !== wanted) throw new Error(`${service} has the keys ${found}, not ${wanted}`);
    }
    return 'each service has its own keys only';
  }

  /** What the proxy itself refuses looks like what the services answer. */
  async assertProblems() {
    const large = await fetch(`${this.url}/v1/events`, {
      method: 'POST',
      body: Buffer.alloc(7 * 1024 * 1024),
    });
    const tooLarge = {
      status: large.status,
      type: large.headers.get('content-type'),
      text: await large.text(),
    };
    const refused = await firstRefused(`${this.url}/health/live`);
    for (const [{ status, type, text }, code] of /** @type {const} */ ([
      [tooLarge, 'too-large'],
      [refused, 'too-many-requests'],
    ])) {
      const problem = type?.startsWith('application/problem+json') ? JSON.parse(text) : {};
      if (problem.code !== code || problem.status !== status)
        throw new Error(`${code} was answered as ${status} ${type}: ${text.slice(0, 200)}`);
    }
    if (refused.retryAfter !== '1') throw new Error('429 came without Retry-After');
    return 'the proxy refuses with problem documents';
  }

  /** For whoever has to find out why: states, and the last lines of each log. */
  async story() {
    const states = await this.compose('ps').catch(String);
    const logs = await this.compose('logs', '--no-color', '--tail', '15', ...this.services).catch(String);
    return `${states}\n${logs}`;
  }

  /** @param {string[]} args */
  compose(...args) {
    const env = {
      POSTHORN_PORT: String(this.ports.http),
      POSTHORN_KAFKA_PORT: String(this.ports.kafka),
      POSTHORN_POSTGRES_PORT: String(this.ports.postgres),
      POSTHORN_POSTGRES_PASSWORD: 'check',
      POSTHORN_OTLP_ENDPOINT: '',
      // The receivers of this trial are on this machine.
      POSTHORN_EGRESS_HTTP: 'on',
      POSTHORN_EGRESS_ALLOW: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16',
    };
    return this.engine.compose(['-p', PROJECT, '-f', join(repoRoot, 'docker-compose.yml'), ...args], env);
  }

  /** @param {string} service */
  async container(service) {
    const format = `{{.ID}}`;
    const labels = [`com.docker.compose.project=${PROJECT}`, `com.docker.compose.service=${service}`];
    const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
    return (await this.engine.docker('ps', '-a', '--format', format, ...filters)).trim();
  }

  /** @param {string} service @param {string[]} command */
  async inside(service, ...command) {
    return this.engine.docker('exec', await this.container(service), ...command);
  }

  /** @param {string} service */
  async state(service) {
    const id = await this.container(service);
    if (!id) return 'absent';
    const format = '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}';
    const [state, health] = (await this.engine.docker('inspect', '-f', format, id)).trim().split(' ');
    return state === 'running' ? health : state;
  }
}

/**
 * @typedef {{ status: number, type: string | undefined, retryAfter: string | undefined, text: string }} Said
 */

/** As many requests as it takes, over some connections. @param {string} url @returns {Promise<Said>} */
async function firstRefused(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** @type {Said | undefined} */
  let refused;
  let left = FLOOD;
  const ask = async () => {
    while (!refused && left-- > 0) {
      const said = await asked(url, agent);
      if (said.status === 429) refused ??= said;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, ask)).finally(() => agent.destroy());
  if (!refused) throw new Error(`${FLOOD} requests, and none was refused`);
  return refused;
}

/** @param {string} url @param {Agent} agent @returns {Promise<Said>} */
function asked(url, agent) {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      const { statusCode: status = 0, headers } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      response.once('error', reject).once('end', () => {
        resolve({ status, type: headers['content-type'], retryAfter: headers['retry-after'], text });
      });
    }).once('error', reject);
  });
}
