import { call, expect } from './api.js';
import type { TenantLedger } from './ledger.js';

/** What the delivery log says of a delivery. */
export type Logged = { status: string; nextAttemptAt: string | null; seq: number };

type Item = Logged & { eventId: string; subscriptionId: string; id: string };
type Page<T> = { items: T[]; nextCursor: string | null };

const pageItems = 200;

/** The delivery log as its users see it: over HTTP, page by page. */
export class DeliveryLog {
  constructor(private readonly urls: readonly string[]) {}

  /** Whether every delivery of the tenant is over. */
  async hasWaiting({ id, key }: TenantLedger): Promise<boolean> {
    const page = await this.page<Item>(`/v1/tenants/${id}/deliveries?limit=1&status=waiting`, key);
    return page.items.length > 0;
  }

  /** Every delivery of the tenant by subscription and event. */
  async deliveries({ id, key }: TenantLedger): Promise<Map<string, Logged>> {
    const found = new Map<string, Logged>();
    const path = `/v1/tenants/${id}/deliveries?limit=${pageItems}`;
    for await (const { subscriptionId, eventId, status, nextAttemptAt, seq } of this.every<Item>(path, key))
      found.set(deliveryKey(subscriptionId, eventId), { status, nextAttemptAt, seq });
    return found;
  }

  /** The ids of the tenant's events by their timestamps. */
  async eventIds({ id, key }: TenantLedger): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const path = `/v1/tenants/${id}/events?limit=${pageItems}`;
    for await (const event of this.every<{ id: string; timestamp: string }>(path, key))
      found.set(event.timestamp, event.id);
    return found;
  }

  private async *every<T>(path: string, key: string): AsyncIterable<T> {
    let cursor: string | null = '';
    do {
      const page: Page<T> = await this.page<T>(
        `${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        key,
      );
      yield* page.items;
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  private page<T>(path: string, key: string): Promise<Page<T>> {
    return expect([200], () => call<Page<T>>('GET', this.urls[0] + path, { key, timeoutMs: 20_000 }));
  }
}

export function deliveryKey(subscriptionId: string, eventId: string): string {
  return `${subscriptionId} ${eventId}`;
}
