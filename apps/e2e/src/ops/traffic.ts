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
const patience = {
  ordering: 'strict',
  retryPolicy: { delaysMs: Array.from({ length: 40 }, () => 5_000), jitter: 0 },
};
/** Retries come singly, and long after the failure: many wait together. */
const late = {
  ordering: 'unordered',
  retryPolicy: { delaysMs: Array.from({ length: 10 }, () => 20_000), jitter: 0 },
};
/** `hung`: not long enough to be a failure. */
const answersAfterMs = { slow: 400, hung: 12_000 };
/** Of each tenant of the crowd. */
const crowdSubscriptions = 4;

/** A tenant with receivers that take everything, every third time, or nothing, and a publisher. */
export class Traffic {
  private readonly server: Server;
  private requests = 0;
  private published = 0;
  private receiver = '';
  private readonly crowd: { id: string; key: string }[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;
  key = '';
  readonly subscriptions: string[] = [];
  /** One that keeps order and is patient: what is replayed to it stands still with its receiver. */
  patient = '';
  /**
   * `mixed`: each receiver as it is; `calm`: all take everything; `dead`: none takes anything; `shaky`: none
   * takes every fifth; `halves`: none takes every second; `slow` and `hung`: all do, after a while.
   */
  mood: 'calm' | 'mixed' | 'dead' | 'shaky' | 'halves' | 'slow' | 'hung' = 'mixed';
  /** Of each event. */
  dataBytes = 0;
  /** Nothing that is published can be taken. */
  nonsense = false;

  constructor(
    private readonly fleet: Fleet,
    readonly adminKey: string,
    private readonly more: { crowd?: number; late?: number } = {},
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
    this.receiver = `http://127.0.0.1:${port}`;
    this.key = await this.makeTenant(tenantId);
    const more = Array.from({ length: moreGood }, (_, n) => `good-${n}`);
    for (const name of [...behaviours, ...more])
      this.subscriptions.push(await this.subscribe(tenantId, this.key, { name }));
    const { crowd = 0, late: lateOnes = 0 } = this.more;
    for (let n = 0; n < lateOnes; n++)
      await this.subscribe(tenantId, this.key, { name: `late-${n}`, ...late });
    this.patient = await this.subscribe(tenantId, this.key, { name: 'patient', ...patience });
    for (let n = 0; n < crowd; n++) {
      const id = `ops-crowd-${n}`;
      const key = await this.makeTenant(id);
      for (let m = 0; m < crowdSubscriptions; m++) await this.subscribe(id, key, { name: `crowd-${m}` });
      this.crowd.push({ id, key });
    }
    this.running = this.publish();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    this.server.close();
    this.server.closeAllConnections();
  }

  /**
   * Ten events a second, one in twenty refused, and ten of the crowd's; what does not get through is not
   * repeated.
   */
  private async publish(): Promise<void> {
    while (!this.stopping) {
      const n = ++this.published;
      const isRefused = this.nonsense || n % 20 === 0;
      const data = this.dataBytes > 0 ? { n, filling: 'x'.repeat(this.dataBytes) } : { n };
      await this.send(this.key, isRefused ? { tenantId } : eventOf(tenantId, n, data));
      const one = this.crowd[n % this.crowd.length];
      if (one) await this.send(one.key, eventOf(one.id, n, { n }));
      await sleep(everyMs);
    }
  }

  private async send(key: string, body: object): Promise<void> {
    await call('POST', `${this.urlOf('event-ingest')}/v1/events`, { key, body, timeoutMs: 2_000 });
  }

  /** Answers its key. */
  private async makeTenant(id: string): Promise<string> {
    const api = this.urlOf('subscription-api');
    await this.post(`${api}/v1/tenants`, this.adminKey, { id, profile: 'standard', name: id });
    const scopes = { name: 'ops', scopes: ['publish', 'read', 'manage'] };
    return (await this.post<{ key: string }>(`${api}/v1/tenants/${id}/keys`, this.adminKey, scopes)).key;
  }

  private async subscribe(tenant: string, key: string, more: { name: string }): Promise<string> {
    const subscription = {
      url: `${this.receiver}/${more.name}`,
      filter: { types: ['order.created'] },
      retryPolicy: { delaysMs: [1_000, 2_000, 4_000], jitter: 0 },
      ...more,
    };
    const path = `${this.urlOf('subscription-api')}/v1/tenants/${tenant}/subscriptions`;
    return (await this.post<{ id: string }>(path, key, subscription)).id;
  }

  private refuses(url: string): boolean {
    if (this.mood === 'shaky') return ++this.requests % 5 === 0;
    if (this.mood === 'halves') return ++this.requests % 2 === 0;
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

function eventOf(tenant: string, n: number, data: object): object {
  return {
    tenantId: tenant,
    type: 'order.created',
    entity: { name: 'order', id: String(n) },
    timestamp: new Date().toISOString(),
    data,
  };
}
