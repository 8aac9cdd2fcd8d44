import { type Answer, call, expect } from '../chaos/api.js';
import type { Setup } from './scenarios.js';

export type Tenant = { id: string; subscriptions: string[] };

/** More at once would only queue in front of subscription-api. */
const atOnce = 48;
const retryPolicy = { delaysMs: [200, 1_000, 5_000, 5_000, 5_000] };
/** Where everything fails: after the first attempt nothing happens while it is measured. */
const deadPolicy = { delaysMs: [3_600_000] };

/** Tenants and subscriptions of a bench; every run has new ones. */
export class Tenants {
  private made = 0;

  constructor(
    private readonly apiUrl: string,
    private readonly adminKey: string,
    /** Of the sink: every port is an origin. */
    private readonly ports: readonly number[],
    private readonly type: string,
  ) {}

  /** @param places where in the sink's paths their subscriptions count, `fanOut` of them each */
  async make({ tenants, fanOut, ordering, others, failing }: Setup, places = 0): Promise<Tenant[]> {
    const first = this.made;
    this.made += tenants;
    const all = Array.from({ length: tenants }, (_, i): Tenant => ({
      id: `bench-${first + i}`,
      subscriptions: [],
    }));
    await inParallel(all, async ({ id, subscriptions }) => {
      const body = { id, profile: 'standard', name: id };
      await expect([201, 202, 409], () => this.api('POST', '', body));
      for (let i = 0; i < fanOut; i++) {
        const port = this.ports[(Number(id.slice('bench-'.length)) * fanOut + i) % this.ports.length];
        const url = `http://127.0.0.1:${port}/${places + i}`;
        const filter = { types: [this.type] };
        const policy = failing === 1 ? deadPolicy : retryPolicy;
        subscriptions.push(await this.subscribe(id, { url, ordering, filter, retryPolicy: policy }));
      }
      for (let i = 0; i < others; i++) {
        const url = `http://127.0.0.1:${this.ports[i % this.ports.length]}/other`;
        await this.subscribe(id, { url, ordering, filter: { types: [`other.type${i}`] }, retryPolicy });
      }
    });
    return all;
  }

  private async subscribe(tenantId: string, subscription: object): Promise<string> {
    const path = `/${tenantId}/subscriptions`;
    const body = { name: 'bench', ...subscription };
    return (await expect([201, 202], () => this.api<{ id: string }>('POST', path, body))).id;
  }

  async become(status: 'paused' | 'active' | 'disabled', tenants: readonly Tenant[]): Promise<void> {
    await inParallel(tenants, async ({ id, subscriptions }) => {
      for (const one of subscriptions)
        await expect([200, 202], () => this.api('PATCH', `/${id}/subscriptions/${one}`, { status }));
    });
  }

  private api<T>(method: string, path: string, body: object): Promise<Answer<T>> {
    return call<T>(method, `${this.apiUrl}/v1/tenants${path}`, { key: this.adminKey, body });
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
