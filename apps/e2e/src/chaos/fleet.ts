import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFlags } from '../testing/node-flags.js';

export type ServiceName =
  'standalone' | 'subscription-api' | 'event-ingest' | 'dispatcher' | 'retry-scheduler' | 'delivery-log';

type FleetOptions = {
  firstPort: number;
  env: Record<string, string>;
  logsDir: string;
  /** Flags of Node for some of them. */
  flags?: Partial<Record<ServiceName, string[]>>;
};

const appsDir = join(import.meta.dirname, '..', '..', '..');
const readyWithinMs = 120_000;
const stopWithinMs = 15_000;
const restartAfterMs = 1_000;

/**
 * One service, as its own process from its build. What ends by itself is started again, as an orchestrator
 * does.
 */
export class Service {
  private child: ChildProcess | undefined;
  private wanted = false;
  /** Ends that nobody asked for, and those that somebody asked for in vain. */
  readonly surprises: string[] = [];
  readonly stubborn: string[] = [];

  constructor(
    readonly service: ServiceName,
    /** `dispatcher-2` where there are several. */
    readonly name: string,
    readonly port: number,
    private readonly env: Record<string, string>,
    private readonly logsDir: string,
    private readonly flags: readonly string[],
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** `more`: flags of Node, until it is started anew. */
  start(more: readonly string[] = []): void {
    this.wanted = true;
    const log = openSync(join(this.logsDir, `${this.name}.log`), 'a');
    const main = join(appsDir, this.service, 'dist', 'main.js');
    const child = spawn(process.execPath, [...nodeFlags, ...this.flags, ...more, main], {
      env: { ...this.env, POSTHORN_PORT: String(this.port) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    child.once('error', () => undefined); // 'exit' does not follow; the next look at its health finds out
    child.once('exit', (code, signal) => void this.ended(child, signal ?? code));
  }

  /** No good-bye: what was only in memory is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** It stands still, and knows nothing of it when it goes on. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(2_000);
    const { status } = await fetch(`${this.url}/health/ready`, { signal }).catch(() => ({ status: 0 }));
    return status === 200;
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { child } = this;
    this.wanted = false;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const killing = setTimeout(() => {
      this.stubborn.push(`${this.name} had not ended ${stopWithinMs / 1_000} s after SIGTERM`);
      child.kill('SIGKILL');
    }, stopWithinMs);
    await ended;
    clearTimeout(killing);
  }

  private async ended(child: ChildProcess, how: string | number | null): Promise<void> {
    if (!this.wanted || child !== this.child) return;
    this.surprises.push(`${this.name} ended by itself (${how})`);
    await sleep(restartAfterMs);
    if (this.wanted && child === this.child) this.start();
  }
}

/** Every service of an installation, some of them twice. */
export class Fleet {
  private constructor(readonly services: readonly Service[]) {}

  static of(
    counts: Partial<Record<ServiceName, number>>,
    { firstPort, env, logsDir, flags = {} }: FleetOptions,
  ): Fleet {
    let port = firstPort;
    const services = (Object.entries(counts) as [ServiceName, number][]).flatMap(([service, count]) =>
      Array.from({ length: count }, (_, i) => {
        const name = count > 1 ? `${service}-${i + 1}` : service;
        return new Service(service, name, port++, env, logsDir, flags[service] ?? []);
      }),
    );
    return new Fleet(services);
  }

  all(service: ServiceName): Service[] {
    return this.services.filter((one) => one.service === service);
  }

  named(name: string): Service {
    const found = this.services.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** @throws Error naming what is not ready in time */
  async start(): Promise<void> {
    for (const service of this.services) service.start();
    await this.ready(readyWithinMs);
  }

  async ready(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    for (;;) {
      const answers = await Promise.all(this.services.map((service) => service.isReady()));
      if (answers.every(Boolean)) return;
      if (performance.now() > until) {
        const missing = this.services.filter((_, i) => !answers[i]).map(({ name }) => name);
        throw new Error(`not ready within ${withinMs / 1_000} s: ${missing.join(', ')}`);
      }
      await sleep(200);
    }
  }

  async stop(): Promise<void> {
    for (const service of this.services) service.thaw();
    await Promise.all(this.services.map((service) => service.stop()));
  }

  /** At once, for an emergency. */
  async kill(): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
  }

  get surprises(): string[] {
    return this.services.flatMap(({ surprises }) => surprises);
  }

  get stubborn(): string[] {
    return this.services.flatMap(({ stubborn }) => stubborn);
  }
}
