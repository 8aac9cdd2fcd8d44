import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nodeFlags } from './node-flags.js';
import { TcpProxy } from './tcp-proxy.js';
import { testDatabase, type TestDatabase, testKafka, type TestKafka, waitFor } from '@posthorn/testing';

export type AppName =
  'standalone' | 'subscription-api' | 'event-ingest' | 'dispatcher' | 'retry-scheduler' | 'delivery-log';

export const services: readonly AppName[] = [
  'subscription-api',
  'event-ingest',
  'dispatcher',
  'retry-scheduler',
  'delivery-log',
];

const appsDir = join(import.meta.dirname, '..', '..', '..');

/** One running app, as its own process, from its build. */
export class App {
  private child: ChildProcess | undefined;
  readonly output: string[] = [];

  constructor(
    readonly name: AppName,
    readonly port: number,
    private readonly env: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child!.pid!;
  }

  /** What is still reachable after a garbage collection, buffers included, in MiB. */
  async heldMiB(): Promise<number> {
    const opened = (): string | undefined => /Debugger listening on (ws:\S+)/.exec(this.output.join(''))?.[1];
    if (!opened()) this.child!.kill('SIGUSR1');
    await waitFor(() => opened() !== undefined);
    return (await bytesHeld(opened()!)) / 2 ** 20;
  }

  async start(): Promise<void> {
    const main = join(appsDir, this.name, 'dist', 'main.js');
    const child = spawn(process.execPath, [...nodeFlags, '--inspect-port=127.0.0.1:0', main], {
      env: { PATH: process.env.PATH, ...this.env, POSTHORN_PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    const keep = (chunk: Buffer): void => {
      this.output.push(chunk.toString('utf8'));
      if (this.output.length > 2_000) this.output.shift();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('it ended')));
    const ready = waitFor(() => this.isReady(), { timeoutMs: 60_000 });
    await Promise.race([ready, ended]).catch((error: unknown) => {
      throw new Error(`${this.name} did not get ready: ${this.output.slice(-20).join('')}`, { cause: error });
    });
    ended.catch(() => undefined);
  }

  /** SIGTERM, and the exit code it ended with. */
  async stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** No good-bye: what was only in memory is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  private async isReady(): Promise<boolean> {
    const { status } = await fetch(`${this.url}/health/ready`).catch(() => ({ status: 0 }));
    return status === 200;
  }
}

/**
 * The product on a topic prefix and a database of its own: all in one process, or every service in its own.
 */
export class Product {
  readonly apps = new Map<AppName, App>();
  readonly adminKey = `ph_${randomBytes(24).toString('base64url')}`;

  private constructor(
    readonly kafka: TestKafka,
    readonly database: TestDatabase,
    /** The services' way to PostgreSQL. */
    readonly databaseWay: TcpProxy,
  ) {}

  private env: Record<string, string> = {};
  private readonly others: App[] = [];

  static async start(names: readonly AppName[], env: Record<string, string> = {}): Promise<Product> {
    const database = await testDatabase();
    const product = new Product(testKafka(), database, await TcpProxy.to(database.url));
    const ports = await freePorts(names.length);
    const common = {
      KAFKA_BROKERS: product.kafka.brokers.join(','),
      DATABASE_URL: product.databaseWay.through(database.url),
      POSTHORN_TOPIC_PREFIX: product.kafka.prefix,
      POSTHORN_PARTITIONS: '4',
      POSTHORN_ADMIN_KEY: product.adminKey,
      POSTHORN_SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      POSTHORN_EGRESS_ALLOW: '127.0.0.0/8',
      POSTHORN_EGRESS_HTTP: 'on',
      POSTHORN_LOG_LEVEL: 'info',
      ...env,
    };
    product.env = common;
    names.forEach((name, i) => product.apps.set(name, new App(name, ports[i], common)));
    try {
      await Promise.all([...product.apps.values()].map((app) => app.start()));
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  app(name: AppName): App {
    const app = this.apps.get(name) ?? this.apps.get('standalone');
    if (!app) throw new Error(`${name} does not run`);
    return app;
  }

  /** One more of a service that runs already. */
  async another(name: AppName): Promise<App> {
    const [port] = await freePorts(1);
    const app = new App(name, port, this.env);
    this.others.push(app);
    await app.start();
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.values(), ...this.others].map((app) => app.stop()));
    await this.kafka.cleanup();
    await this.databaseWay.close();
    await this.database.drop();
  }
}

/** Over the inspector's protocol: nothing in the product has to help. */
async function bytesHeld(inspector: string): Promise<number> {
  const socket = new WebSocket(inspector);
  await once(socket, 'open');
  const call = async (id: number, method: string, params: object): Promise<string> => {
    const answered = once(socket, 'message');
    socket.send(JSON.stringify({ id, method, params }));
    const [{ data }] = (await answered) as [{ data: string }];
    return data;
  };
  await call(1, 'HeapProfiler.collectGarbage', {});
  const expression = '(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())';
  const answer = await call(2, 'Runtime.evaluate', { expression, returnByValue: true });
  socket.close();
  return (JSON.parse(answer) as { result: { result: { value: number } } }).result.result.value;
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
