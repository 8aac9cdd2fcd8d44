import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Message, type Producer } from 'kafkajs';
import { call } from './api.js';
import type { Fleet } from './fleet.js';
import type { TenantLedger } from './ledger.js';
import { eventOf, type TenantPlan } from './plan.js';

export type Published = { plan: TenantPlan; tenant: TenantLedger };

/**
 * Events that come every 200 ms, whatever became of those before: what waits for its turn makes the next
 * batch larger.
 */
const tickMs = 200;
const batchMax = 500;
const repeatAfterMs = 200;

type Lane = Published & { waiting: number[]; busy: boolean };

/**
 * Publishes at a fixed rate over all tenants, half over HTTP and half onto the inbox. The events of one
 * stream of a tenant follow each other: a batch is published when the one before is acknowledged, and
 * repeated under the same ids until it is.
 */
export class Publishers {
  private readonly http: Lane[];
  private readonly inboxLanes: Lane[];
  private readonly producer: InboxProducer;
  private generated = 0;
  private startedMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private givingUp = false;
  /** Answers that are neither 202 nor 503. */
  readonly strange: string[] = [];
  refusals = 0;

  constructor(
    private readonly published: readonly Published[],
    private readonly fleet: Fleet,
    private readonly ratePerS: number,
    inbox: { brokers: string[]; topic: string },
  ) {
    const lane = (one: Published): Lane => ({ ...one, waiting: [], busy: false });
    this.http = published.map(lane);
    this.inboxLanes = published.map(lane);
    this.producer = new InboxProducer(inbox);
  }

  start(): void {
    this.startedMs = performance.now();
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  /** No new events; what was made is still published. Resolves with how many could not be. */
  async finish(withinMs: number): Promise<number> {
    clearInterval(this.timer);
    const until = performance.now() + withinMs;
    while (this.left > 0 && performance.now() < until) {
      this.flush();
      await sleep(50);
    }
    this.givingUp = true;
    await this.producer.close();
    return this.left;
  }

  get left(): number {
    return [...this.http, ...this.inboxLanes].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  private tick(): void {
    const due = Math.floor(((performance.now() - this.startedMs) / 1_000) * this.ratePerS);
    for (; this.generated < due; this.generated++) {
      const turn = this.generated % this.published.length;
      const { plan, tenant } = this.published[turn];
      const n = tenant.published++;
      const lanes = plan.streamOf(n) === 'http' ? this.http : this.inboxLanes;
      lanes[turn].waiting.push(n);
    }
    this.flush();
  }

  private flush(): void {
    for (const lane of this.http) if (!lane.busy && lane.waiting.length > 0) void this.post(lane);
    this.sending ??= this.sendAll().finally(() => (this.sending = undefined));
  }

  private async post(lane: Lane): Promise<void> {
    const { plan, tenant, waiting } = lane;
    lane.busy = true;
    const batch = waiting.slice(0, batchMax);
    const body = batch.map((n) => eventOf(plan, tenant.id, n));
    const ingests = this.fleet.all('event-ingest');
    for (let tries = tenant.published; !this.givingUp; tries++) {
      const url = `${ingests[tries % ingests.length].url}/v1/events`;
      const { status, body: answer } = await call<{ accepted: { id: string }[] }>('POST', url, {
        key: tenant.key,
        body,
      });
      if (status === 202) {
        batch.forEach((n, i) => tenant.accept(n, answer.accepted[i].id));
        waiting.splice(0, batch.length);
        break;
      }
      this.refusals++;
      if (status !== 0 && status !== 503)
        this.strange.push(`${tenant.name}: ${status} ${JSON.stringify(answer)}`);
      await sleep(repeatAfterMs);
    }
    lane.busy = false;
  }

  /** One send at a time: an idempotent producer of kafkajs takes no more without a risk. */
  private async sendAll(): Promise<void> {
    const lanes = this.inboxLanes.filter(({ waiting }) => waiting.length > 0);
    if (lanes.length === 0) return;
    const batches = lanes.map((lane) => ({ lane, batch: lane.waiting.slice(0, batchMax) }));
    const messages = batches.flatMap(({ lane: { plan, tenant }, batch }) =>
      batch.map((n): Message => {
        const key = plan.ordering === 'strict' ? tenant.id : `${tenant.id}/${n % plan.entities}`;
        return { key, value: JSON.stringify(eventOf(plan, tenant.id, n)) };
      }),
    );
    while (!this.givingUp) {
      if (await this.producer.send(messages)) {
        for (const { lane, batch } of batches) {
          for (const n of batch) lane.tenant.accept(n);
          lane.waiting.splice(0, batch.length);
        }
        return;
      }
      await sleep(repeatAfterMs);
    }
  }
}

/**
 * An idempotent producer that is thrown away when it gives up, so that nothing is sent twice with one
 * sequence.
 */
class InboxProducer {
  private readonly kafka: Kafka;
  private producer: Producer | undefined;

  constructor(private readonly inbox: { brokers: string[]; topic: string }) {
    const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 60 };
    const { brokers } = inbox;
    this.kafka = new Kafka({ brokers, clientId: 'chaos', logLevel: logLevel.NOTHING, retry });
  }

  async send(messages: Message[]): Promise<boolean> {
    try {
      this.producer ??= await this.connect();
      await this.producer.send({ topic: this.inbox.topic, messages, acks: -1 });
      return true;
    } catch {
      await this.close();
      return false;
    }
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    return producer;
  }
}
