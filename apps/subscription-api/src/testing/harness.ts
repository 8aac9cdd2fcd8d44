import { randomUUID } from 'node:crypto';
import { decodeDirectory, decodeEvents, type SubscriptionSnapshot } from '@posthorn/contracts';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import pg from 'pg';
import { DirectoryState, type ProfileName } from '@posthorn/domain';
import {
  createLogger,
  KeyRing,
  loadSettings,
  startService,
  type Service,
  verifySession,
} from '@posthorn/runtime';
import { serveDocs } from '../docs.js';
import { bodyMaxBytes } from '../answer.js';
import { serveDevReceiver } from '../dev-receiver/dev-receiver.js';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { SubscriptionApiModule } from '../subscription-api.module.js';
import { TenantService } from '../tenants/tenant.service.js';

export const operatorKey = 'operator-key-of-the-tests';
export const secretKeys = KeyRing.generate('test');

/** `body` is undefined where the answer is not JSON. */
export type Answer<T> = { status: number; headers: Headers; text: string; body: T };

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
    const configure = async (app: Parameters<typeof serveDocs>[0]) => {
      await serveDocs(app);
      await serveDevReceiver(app);
    };
    const options = {
      name: 'subscription-api',
      module,
      settings,
      bodyMaxBytes,
      logger,
      ownsProcess: false,
      configure,
    };
    return new Harness(await startService(options), logged);
  }

  /** What it complained of. */
  problems(): string {
    return this.logged.filter((line) => /"level":"(warn|error)"/.test(line)).join('');
  }

  stop(): Promise<void> {
    return this.service.stop();
  }

  async call<T = Record<string, string>>(
    method: string,
    path: string,
    { key, body, headers = {} }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
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
    const isJson = response.headers.get('content-type')?.match(/[/+]json\b/);
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as T,
    };
  }

  /** With an id that was allowed once. */
  private async oldTenant(id: string, profile: ProfileName): Promise<void> {
    const tenants = this.service.app.get(TenantService, { strict: false });
    await tenants.create({ id, profile, name: id }, { actor: 'system:test' });
  }

  /** A tenant and a key of it that may do everything. */
  async tenant(id: string, profile: string): Promise<string> {
    const made = await this.call('POST', '/v1/tenants', { key: operatorKey, body: { id, profile } });
    if (made.status === 422) await this.oldTenant(id, profile as ProfileName);
    else if (made.status !== 201) throw new Error(`${made.text}\n${this.problems()}`);
    const path = `/v1/tenants/${encodeURIComponent(id)}/keys`;
    const { body } = await this.call('POST', path, { key: operatorKey, body: { name: 'test' } });
    return body['key'];
  }
}

/** For specs only: everything in a topic, as it comes. */
export class Tail {
  readonly records: {
    partition: number;
    offset: number;
    key: string;
    value: Buffer;
    traceparent: string | undefined;
  }[] = [];
  private constructor(private readonly consumer: Consumer) {}

  static async open(brokers: string[], topic: string): Promise<Tail> {
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50 } });
    const groupId = `${topic}.${randomUUID()}`;
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 20, allowAutoTopicCreation: false });
    const tail = new Tail(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message: { offset, key, value, headers } }) => {
        const traceparent = headers?.['traceparent']?.toString();
        tail.records.push({
          partition,
          offset: Number(offset),
          key: String(key),
          value: value!,
          traceparent,
        });
        return Promise.resolve();
      },
    });
    return tail;
  }

  close(): Promise<void> {
    return this.consumer.disconnect();
  }
}

type Stores = {
  database: { url: string; drop(): Promise<void> };
  kafka: { brokers: string[]; prefix: string; cleanup(): Promise<void> };
};

/** For specs only: stores of one's own, services on them, and a look into what they hold. */
export class Stage {
  private readonly services: Harness[] = [];
  events: Tail;
  directory: Tail;

  private constructor(
    readonly stores: Stores,
    readonly db: pg.Client,
  ) {}

  /** With one service, ready; `env` is for it. */
  static async open(
    stores: Stores,
    env: Record<string, string> = {},
  ): Promise<{ stage: Stage; api: Harness }> {
    const db = new pg.Client({ connectionString: stores.database.url });
    await db.connect();
    const stage = new Stage(stores, db);
    const api = await stage.start(env);
    const { brokers, prefix } = stores.kafka;
    stage.events = await Tail.open(brokers, `${prefix}events.v1`);
    stage.directory = await Tail.open(brokers, `${prefix}directory.v1`);
    return { stage, api };
  }

  async start(env: Record<string, string> = {}): Promise<Harness> {
    const { database, kafka } = this.stores;
    const api = await Harness.start({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafka.brokers.join(','),
      POSTHORN_TOPIC_PREFIX: kafka.prefix,
      ...env,
    });
    this.services.push(api);
    for (const deadline = performance.now() + 30_000; performance.now() < deadline;) {
      if ((await api.call('GET', '/health/ready')).status === 200) return api;
    }
    throw new Error(`not ready\n${api.problems()}`);
  }

  /** All services. */
  async stop(): Promise<void> {
    await Promise.all(this.services.splice(0).map((api) => api.stop()));
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.events.close(), this.directory.close(), this.db.end()]);
    await this.stores.kafka.cleanup();
    await this.stores.database.drop();
  }

  /** What ingest and delivery-log know: the directory as it stands in Kafka. */
  directoryState(): DirectoryState {
    const state = new DirectoryState();
    for (const { value } of this.directory.records) state.apply(decodeDirectory(value));
    return state;
  }

  /** Whether the session of a cookie holds where only the directory is read. */
  async holdsElsewhere(cookie: string): Promise<boolean> {
    const state = this.directoryState();
    const session = await verifySession(cookie.split('=')[1], state.sessionPublicKey ?? '');
    return session !== undefined && state.sessionHolds(session);
  }

  /** The control records of one subscription, oldest first. */
  snapshots(id: string): SubscriptionSnapshot[] {
    return this.events.records.flatMap(({ value }) => {
      const message = decodeEvents(value);
      return message.kind === 'subscription' && message.snapshot.id === id ? [message.snapshot] : [];
    });
  }

  /**
   * Whatever a change would change; that a key was used is none. Without a row in the outbox there is no
   * record in a topic either.
   */
  async everything(): Promise<string> {
    const { rows } = await this.db.query<{ text: string }>(`
      SELECT concat_ws('/', (SELECT count(*) FROM subscription_api.aggregate_events),
                            (SELECT last_value FROM subscription_api.aggregate_events_global_seq_seq),
                            (SELECT string_agg(t::text, ',' ORDER BY id) FROM subscription_api.tenants t),
                            (SELECT string_agg((to_jsonb(t) - 'last_used_at')::text, ',' ORDER BY id)
                               FROM subscription_api.api_keys t),
                            (SELECT string_agg(t::text, ',' ORDER BY id) FROM subscription_api.subscriptions t)
                        ) AS text`);
    return rows[0].text;
  }
}
