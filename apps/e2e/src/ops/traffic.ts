import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, expect } from '../chaos/api.js';
import type { Fleet } from '../chaos/fleet.js';

export const tenantId = 'ops-tenant';
const behaviours = ['good', 'flaky', 'bad'] as const;
/** More that behave well: some alerts look at how many fail together. */
const moreGood = 4;
const everyMs = 100;
const answersAfterMs = { slow: 400, hung: 20_000 };

/** A tenant with receivers that take everything, every third time, or nothing, and a publisher. */
export class Traffic {
  private readonly server: Server;
  private requests = 0;
  private published = 0;
  private running: Promise<void> | undefined;
  private stopping = false;
  key = '';
  readonly subscriptions: string[] = [];
  /**
   * `mixed`: each receiver as it is; `calm`: all take everything; `dead`: none takes anything; `slow` and
   * `hung`: all do, after a while.
   */
  mood: 'calm' | 'mixed' | 'dead' | 'slow' | 'hung' = 'mixed';
  /** Of each event. */
  dataBytes = 0;
  /** Nothing that is published can be taken. */
  nonsense = false;

  constructor(
    private readonly fleet: Fleet,
    readonly adminKey: string,
  ) {
    this.server = createServer((request, response) => {
      request.resume();
      const { url = '' } = request;
      const answer = () => response.writeHead(this.refuses(url) ? 503 : 200).end();
      if (this.mood === 'slow' || this.mood === 'hung') setTimeout(answer, answersAfterMs[this.mood]);
      else answer();
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const { port } = this.server.address() as AddressInfo;
    const api = this.urlOf('subscription-api');
    const tenant = { id: tenantId, profile: 'standard', name: 'ops' };
    await this.post(`${api}/v1/tenants`, this.adminKey, tenant);
    const scopes = { name: 'ops', scopes: ['publish', 'read', 'manage'] };
    const made = await this.post<{ key: string }>(
      `${api}/v1/tenants/${tenantId}/keys`,
      this.adminKey,
      scopes,
    );
    this.key = made.key;
    const more = Array.from({ length: moreGood }, (_, n) => `good-${n}`);
    for (const name of [...behaviours, ...more]) {
      const subscription = {
        name,
        url: `http://127.0.0.1:${port}/${name}`,
        filter: { types: ['order.created'] },
        retryPolicy: { delaysMs: [1_000, 2_000, 4_000], jitter: 0 },
      };
      const path = `${api}/v1/tenants/${tenantId}/subscriptions`;
      const { id } = await this.post<{ id: string }>(path, this.key, subscription);
      this.subscriptions.push(id);
    }
    this.running = this.publish();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Ten events a second, one in twenty refused; what does not get through is not repeated. */
  private async publish(): Promise<void> {
    while (!this.stopping) {
      const n = ++this.published;
      const event = {
        tenantId,
        type: 'order.created',
        entity: { name: 'order', id: String(n) },
        timestamp: new Date().toISOString(),
        data: this.dataBytes > 0 ? { n, filling: 'x'.repeat(this.dataBytes) } : { n },
      };
      const body = this.nonsense || n % 20 === 0 ? { tenantId } : event;
      const options = { key: this.key, body, timeoutMs: 2_000 };
      await call('POST', `${this.urlOf('event-ingest')}/v1/events`, options);
      await sleep(everyMs);
    }
  }

  private refuses(url: string): boolean {
    if (this.mood !== 'mixed') return this.mood === 'dead';
    return url.includes('bad') || (url.includes('flaky') && ++this.requests % 3 > 0);
  }

  private post<T>(url: string, key: string, body: object): Promise<T> {
    return expect([200, 201, 202, 409], () => call<T>('POST', url, { key, body }));
  }

  private urlOf(service: 'subscription-api' | 'event-ingest'): string {
    return this.fleet.all(service)[0]!.url;
  }
}
