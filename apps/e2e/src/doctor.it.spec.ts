import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { Receiver, startNameServer, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { Product } from './testing/product.js';

type Finding = { check: string; status: string; says: string; todo?: string };
type Report = { ok: boolean; findings: Finding[] };

const root = join(import.meta.dirname, '..', '..', '..');
const ring = `k1:${randomBytes(32).toString('base64')}`;

let product: Product;
let receiver: Receiver;
let env: Record<string, string>;

beforeAll(async () => {
  product = await Product.start(['standalone'], { POSTHORN_SECRET_KEYS: ring });
  receiver = await Receiver.start();
  env = {
    KAFKA_BROKERS: product.kafka.brokers.join(','),
    DATABASE_URL: product.database.url,
    POSTHORN_TOPIC_PREFIX: product.kafka.prefix,
    POSTHORN_PARTITIONS: '4',
    POSTHORN_ADMIN_KEY: product.adminKey,
    POSTHORN_SECRET_KEYS: ring,
    POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
    POSTHORN_EGRESS_HTTP: 'on',
  };
}, 120_000);

afterAll(async () => {
  await receiver?.close();
  await product?.stop();
});

/** As an operator runs it, for programs. */
async function doctor(more: Record<string, string> = {}, ...args: string[]): Promise<Report> {
  const text = await new Promise<string>((resolve, reject) => {
    const all = [join(root, 'tools', 'doctor.mjs'), '--json', ...args];
    const options = { env: { PATH: process.env['PATH'], ...env, ...more }, timeout: 90_000 };
    execFile(process.execPath, all, options, (error, stdout, stderr) =>
      stdout === '' ? reject(error ?? new Error(stderr)) : resolve(stdout),
    );
  });
  return JSON.parse(text) as Report;
}

const of = ({ findings }: Report, check: string): Finding[] => findings.filter((one) => one.check === check);

async function configure(topic: string, name: string, value: string): Promise<void> {
  const admin = new Kafka({ brokers: product.kafka.brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const resource = { type: 2, name: `${product.kafka.prefix}${topic}`, configEntries: [{ name, value }] };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await admin.disconnect();
}

it('finds nothing wrong with a stack that runs, and calls a receiver as the dispatcher does', async () => {
  const caller = new Caller(product);
  const tenant = await caller.tenant('standard');
  await caller.subscription(tenant.id, tenant.key, { name: 'hook', url: `${receiver.url}/hook` });
  const report = await doctor({}, '--probe', `${receiver.url}/hook`);
  expect(report.findings.filter(({ status }) => status === 'fail')).toEqual([]);
  expect(report.ok).toBe(true);
  expect(of(report, 'kafka.version')).toMatchObject([{ status: 'ok' }]);
  expect(of(report, 'kafka.partitions')).toMatchObject([{ status: 'ok', says: '4 each' }]);
  expect(of(report, 'kafka.retention')).toMatchObject([{ status: 'ok' }]);
  expect(of(report, 'kafka.compaction')).toMatchObject([{ status: 'ok' }]);
  expect(of(report, 'postgres.schemas')[0]?.says).toContain('subscription_api');
  expect(of(report, 'keys.sealed')).toMatchObject([{ status: 'ok', says: 'all with k1' }]);
  expect(of(report, 'egress.call')).toMatchObject([{ status: 'ok' }]);
  // A lab's settings are fine to work with, and to be told of.
  expect(of(report, 'egress.rules')).toMatchObject([{ status: 'warn' }]);
  await waitFor(() => receiver.requests.some(({ method }) => method === 'HEAD'));
}, 120_000);

it('judges what runs from its folder, by the settings that was started with', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-doctor-'));
  const tools = <T>(name: string): Promise<T> =>
    import(join(root, 'tools', 'lib', `${name}.mjs`)) as Promise<T>;
  const { enter } = await tools<{ enter(stateDir: string, more: object): void }>('users');
  const { identify } = await tools<{ identify(pid: number): object }>('processes');
  const { pid, port } = product.apps.get('standalone')!;
  enter(folder, { app: 'standalone', port, child: identify(pid) });
  const bare = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
  const here = { ...bare, POSTHORN_STATE_DIR: folder, POSTHORN_PARTITIONS: '8' };
  try {
    const running = await doctor(here);
    expect(of(running, 'settings.of')).toMatchObject([
      {
        status: 'warn',
        says:
          `standalone (port ${port}, process ${pid}), as started from this folder; ` +
          'this environment has other values of POSTHORN_PARTITIONS, which were not looked at',
      },
    ]);
    expect(of(running, 'kafka.partitions')).toMatchObject([{ status: 'ok', says: '4 each' }]);
    expect(of(running, 'keys.ring')[0]?.says).toContain('k1 seals');
    const own = await doctor(
      { ...env, POSTHORN_STATE_DIR: folder, POSTHORN_PARTITIONS: '8' },
      '--environment',
    );
    expect(of(own, 'settings.of')).toMatchObject([{ status: 'ok', says: 'this environment, as asked for' }]);
    expect(of(own, 'kafka.partitions')).toMatchObject([{ status: 'warn' }]);
    const elsewhere = await doctor({ ...here, KAFKA_BROKERS: '127.0.0.1:1' });
    expect(of(elsewhere, 'settings.of')[0]?.says).toContain('names other stores');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

it('calls a receiver by the name servers that the dispatcher asks', async () => {
  const server = await startNameServer({ 'only-here.test': { a: ['127.0.0.1'] } });
  try {
    const { port } = new URL(receiver.url);
    const url = `http://only-here.test:${port}/by-name`;
    const report = await doctor({ POSTHORN_EGRESS_DNS: server.address }, '--probe', url);
    expect(of(report, 'egress.call')).toMatchObject([{ status: 'ok' }]);
    await waitFor(() => receiver.requests.some((request) => request.url === '/by-name'));
  } finally {
    await server.close();
  }
}, 120_000);

it('finds what breaks a promise in Kafka', async () => {
  await configure('attempts.v1', 'retention.ms', '3600000');
  // In place of all that it was made with.
  await configure('key-uses.v1', 'cleanup.policy', 'compact');
  await configure('inbox.v1', 'compression.type', 'zstd');
  const report = await doctor({ POSTHORN_PARTITIONS: '8' });
  expect(report.ok).toBe(false);
  expect(of(report, 'kafka.retention')).toContainEqual(
    expect.objectContaining({
      status: 'fail',
      says: expect.stringContaining('attempts.v1: retention.ms is 3600000') as string,
    }),
  );
  expect(of(report, 'kafka.compaction')).toMatchObject([
    {
      status: 'warn',
      says: expect.stringMatching(
        /^key-uses\.v1 is compacted late \(segment\.bytes 1\d+, segment\.ms 604800000/,
      ) as string,
      todo: expect.stringContaining('segment.bytes=16777216,segment.ms=600000') as string,
    },
  ]);
  expect(of(report, 'kafka.compression')).toMatchObject([
    { status: 'fail', says: expect.stringContaining('inbox.v1: compression.type is zstd') as string },
  ]);
  const todos = of(report, 'kafka.retention').map(({ todo }) => todo);
  expect(todos.some((todo) => todo?.includes('retention.ms=691200000'))).toBe(true);
  expect(of(report, 'kafka.partitions')).toMatchObject([{ status: 'warn' }]);
}, 120_000);

it('finds that Kafka and PostgreSQL are not there, and says what to look at', async () => {
  const url = new URL(env['DATABASE_URL']!);
  url.password = 'wrong';
  const report = await doctor({ KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: url.href });
  expect(of(report, 'kafka.connection')).toMatchObject([
    { status: 'fail', todo: 'nothing listens there: is the broker up, is the port right?' },
  ]);
  expect(of(report, 'postgres.connection')).toMatchObject([
    { status: 'fail', todo: 'user or password are wrong' },
  ]);
}, 120_000);

it('finds that a key is lost, and that a receiver may not be called', async () => {
  const other = `k9:${randomBytes(32).toString('base64')}`;
  const closed = { POSTHORN_SECRET_KEYS: other, POSTHORN_EGRESS_ALLOW: 'off' };
  const report = await doctor(closed, '--probe', `${receiver.url}/hook`);
  expect(of(report, 'keys.sealed')).toMatchObject([
    { status: 'fail', says: expect.stringContaining('sealed with k1') as string },
  ]);
  expect(of(report, 'egress.call')).toMatchObject([
    { status: 'fail', says: expect.stringContaining('refused-address') as string },
  ]);
  const wrong = await doctor({ POSTHORN_SECRET_KEYS: 'k1:short', POSTHORN_PORT: 'many' });
  expect(of(wrong, 'keys.ring')).toMatchObject([{ status: 'fail' }]);
  expect(of(wrong, 'settings')[0]?.says).toBe('POSTHORN_PORT "many" is not a number');
}, 180_000);
