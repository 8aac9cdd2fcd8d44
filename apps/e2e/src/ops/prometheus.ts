import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Sample = { metric: Record<string, string>; value: [number, string] };
export type Alert = { labels: Record<string, string>; state: 'pending' | 'firing' };
/** `patient`: what it shows of its tables may take longer than a second to be asked. */
type Target = { job: string; address: string; patient?: boolean };

const readyWithinMs = 30_000;

/** A real Prometheus that scrapes every second, with rules; it forgets everything at the end. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** @throws Error where it cannot be started, or does not like the rules */
  static async start(port: number, targets: readonly Target[], rules: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-prometheus-'));
    writeFileSync(join(folder, 'posthorn.rules.yml'), rules);
    // JSON is YAML.
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['posthorn.rules.yml'],
      scrape_configs: targets.map(({ job, address, patient }) => ({
        job_name: job,
        ...(patient ? { scrape_interval: '4s', scrape_timeout: '4s' } : {}),
        static_configs: [{ targets: [address] }],
      })),
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const address = `127.0.0.1:${port}`;
    const args = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ];
    const child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const prometheus = new Prometheus(child, folder, `http://${address}`);
    let ended = false;
    child.once('error', () => (ended = true)).once('exit', () => (ended = true));
    for (const until = Date.now() + readyWithinMs; Date.now() < until && !ended; await sleep(100)) {
      const { status } = await fetch(`${prometheus.url}/-/ready`).catch(() => ({ status: 0 }));
      if (status === 200) return prometheus;
    }
    prometheus.stop();
    throw new Error('Prometheus did not start');
  }

  async query(expr: string): Promise<Sample[]> {
    const body = new URLSearchParams({ query: expr });
    const response = await fetch(`${this.url}/api/v1/query`, { method: 'POST', body });
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data: { resultType: string; result: Sample[] | Sample['value'] };
    };
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    const { resultType, result } = answer.data;
    return resultType === 'scalar'
      ? [{ metric: {}, value: result as Sample['value'] }]
      : (result as Sample[]);
  }

  async alerts(): Promise<Alert[]> {
    const response = await fetch(`${this.url}/api/v1/alerts`);
    return ((await response.json()) as { data: { alerts: Alert[] } }).data.alerts;
  }

  async metricNames(): Promise<Set<string>> {
    const response = await fetch(`${this.url}/api/v1/label/__name__/values`);
    return new Set(((await response.json()) as { data: string[] }).data);
  }

  stop(): void {
    this.child.kill('SIGKILL');
    this.child.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
  }
}
