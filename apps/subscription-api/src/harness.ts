import { createLogger, KeyRing, loadSettings, startService, type Service } from '@posthorn/runtime';
import { bodyMaxBytes } from './answer.js';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { SubscriptionApiModule } from './subscription-api.module.js';

export const operatorKey = 'operator-key-of-the-tests';
export const secretKeys = KeyRing.generate('test');

export type Answer = { status: number; headers: Headers; text: string; body: any };

/** For specs only: the whole service, as main.ts starts it, and a caller. */
export class Harness {
  private constructor(
    readonly service: Service,
    /** Everything it logged. */
    readonly logged: string[],
  ) {}

  static async start(env: Record<string, string>): Promise<Harness> {
    const settings = loadSettings(SubscriptionApiSettings, {
      POSTHORN_ADMIN_KEY: operatorKey,
      POSTHORN_SECRET_KEYS: secretKeys,
      POSTHORN_PORT: '0',
      POSTHORN_PARTITIONS: '4',
      POSTHORN_LOG_LEVEL: 'debug',
      ...env,
    });
    const logged: string[] = [];
    const logger = createLogger(settings, 'subscription-api', { write: (line) => void logged.push(line) });
    const module = SubscriptionApiModule.register(settings);
    const options = { name: 'subscription-api', module, settings, bodyMaxBytes, logger, ownsProcess: false };
    return new Harness(await startService(options), logged);
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  async call(
    method: string,
    path: string,
    { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(this.service.url + path, {
      method,
      headers: {
        ...(key ? { 'x-api-key': key } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** A tenant and a key of it that may do everything. */
  async tenant(id: string, profile: string): Promise<string> {
    const made = await this.call('POST', '/v1/tenants', { key: operatorKey, body: { id, profile } });
    if (made.status !== 201) throw new Error(`${made.text}\n${this.logged.slice(-8).join("")}`);
    const path = `/v1/tenants/${encodeURIComponent(id)}/keys`;
    const { body } = await this.call('POST', path, { key: operatorKey, body: { name: 'test' } });
    return body.key as string;
  }
}
