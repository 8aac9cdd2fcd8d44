import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import type { Product } from './product.js';

export type Answer<T> = { status: number; type: string; body: T };

export type DeliveryView = {
  id: string;
  eventId: string;
  status: string;
  attempts: { attempt: number; outcome: string; response?: { status: number } }[];
};

/** What an upstream service, a vendor or an administrator does: HTTP calls, and records on the inbox. */
export class Caller {
  private producer: Producer | undefined;

  constructor(private readonly product: Product) {}

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.serviceOf(path) + path, {
      method,
      headers: {
        ...(key ? { 'x-api-key': key } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: (type.includes('json') ? JSON.parse(text) : text) as T };
  }

  /** A tenant of that profile, with a key that may do everything. */
  async tenant(profile: string, id: string = randomUUID(), name = id): Promise<{ id: string; key: string }> {
    const admin = { key: this.product.adminKey };
    const made = await this.call('POST', '/v1/tenants', { ...admin, body: { id, profile, name } });
    if (made.status !== 201) throw new Error(`tenant: ${made.status} ${JSON.stringify(made.body)}`);
    const body = { name: 'test', scopes: ['publish', 'read', 'manage'] };
    const path = `/v1/tenants/${encodeURIComponent(id)}/keys`;
    const answer = await this.call<{ key: string }>('POST', path, { ...admin, body });
    if (answer.status !== 201) throw new Error(`key: ${answer.status} ${JSON.stringify(answer.body)}`);
    return { id, key: answer.body.key };
  }

  /** The documented Brutlers call. */
  async brutlersWebhook(key: string, url: string, events: string[]): Promise<{ id: string; secret: string }> {
    const body = { url, events };
    const answer = await this.call<{ id: string; secret: string }>('POST', '/api/vendor/webhooks', {
      key,
      body,
    });
    if (answer.status !== 201) throw new Error(`webhook: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async subscription(tenantId: string, key: string, body: object): Promise<{ id: string }> {
    const path = `/v1/tenants/${encodeURIComponent(tenantId)}/subscriptions`;
    const answer = await this.call<{ id: string }>('POST', path, { key, body });
    if (answer.status !== 201)
      throw new Error(`subscription: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  publish(key: string, body: unknown): Promise<Answer<{ accepted: { id: string }[] }>> {
    return this.call('POST', '/v1/events', { key, body });
  }

  /** Straight onto the inbox, as an upstream service does. */
  async inbox(messages: Message[]): Promise<void> {
    this.producer ??= await this.connect();
    await this.producer.send({ topic: `${this.product.kafka.prefix}inbox.v1`, messages, acks: -1 });
  }

  async close(): Promise<void> {
    await this.producer?.disconnect();
  }

  private async connect(): Promise<Producer> {
    const { brokers } = this.product.kafka;
    const client = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
    const producer = client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }

  private serviceOf(path: string): string {
    if (path.startsWith('/v1/events')) return this.product.app('event-ingest').url;
    const log = /^\/v1\/tenants\/[^/]+\/(deliveries|events|replays|waiting|subscriptions\/[^/]+\/poll)/.test(
      path,
    );
    return this.product.app(log ? 'delivery-log' : 'subscription-api').url;
  }
}
