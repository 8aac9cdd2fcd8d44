import { setTimeout as delay } from 'node:timers/promises';
import { BatchQueue, type Item, type QueueLimits } from './batch-queue.js';
import { checkSource, cloudEvent, cloudEventBatchType, structuredJson } from './cloud-event.js';
import {
  type EventInput,
  plainJson,
  plainWebhookId,
  readyEvents,
  type ReadyEvent,
  type Trace,
} from './event.js';
import { answerOf, type Fetch } from './http-answer.js';
import { limitsOf } from './kafka-publisher.js';
import { acceptedIds, type Outcome } from './outcome.js';

export type HttpPublisherOptions = Partial<QueueLimits> & {
  /** Where Posthorn is, such as `https://posthorn.example.com`; `/v1/events` is put behind it. */
  url: string;
  /** A key with the scope `publish`. */
  apiKey: string;
  /** Default `posthorn`. `cloudevents` is the batched mode of CloudEvents 1.0, and needs a `source`. */
  format?: 'posthorn' | 'cloudevents';
  source?: string;
  /** Of one request; then it is tried again. Default 15 s. */
  requestTimeoutMs?: number;
  /** The first pause between two tries; it doubles, up to 10 s. `Retry-After` goes before. Default 200 ms. */
  backoffMs?: number;
  fetch?: Fetch;
};

/** The front door takes 1,000 events and 5 MiB. */
const defaults: QueueLimits = {
  batchEvents: 1_000,
  batchBytes: 4 * 1024 * 1024,
  queueEvents: 10_000,
  queueBytes: 16 * 1024 * 1024,
  timeoutMs: 60_000,
};
const batchEventsMax = 1_000;
const pauseMaxMs = 10_000;

type Member = Item & { json: string; trace: Trace | undefined };
type Context = { signal: AbortSignal; deadlineMs: number };

/**
 * Publishes with `POST /v1/events`, one request at a time so that order is kept. 429, 5xx and broken
 * connections are tried again until `timeoutMs` is over, which is harmless: ids are the same. A member that
 * is refused takes none of its batch with it.
 */
export class HttpPublisher {
  readonly timeoutMs: number;
  private readonly queue: BatchQueue<Member>;
  private readonly url: string;

  constructor(private readonly options: HttpPublisherOptions) {
    const { url, apiKey, format = 'posthorn', source, batchEvents = 1 } = options;
    if (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey))
      throw new TypeError('apiKey is missing');
    if (batchEvents > batchEventsMax) throw new TypeError(`batchEvents may be at most ${batchEventsMax}`);
    if (format === 'cloudevents') checkSource(source);
    const limits = limitsOf(options, defaults);
    this.timeoutMs = limits.timeoutMs;
    this.url = new URL('v1/events', url.endsWith('/') ? url : `${url}/`).href;
    this.queue = new BatchQueue<Member>(
      {
        send: (batch, context) => this.send(batch, context),
        // A request has one trace.
        together: (first, other) => first.trace?.traceparent === other.trace?.traceparent,
      },
      limits,
    );
  }

  /**
   * Resolves with the events' ids when Posthorn has all of them.
   *
   * @throws EventError when one of them is wrong; nothing was sent
   * @throws PublishError when not all of them were accepted
   */
  async publish(events: EventInput | readonly EventInput[]): Promise<string[]> {
    const members = readyEvents([events].flat()).map((event) => this.memberOf(event));
    return acceptedIds(await this.queue.offer(members));
  }

  /** As `publish`, for events that are checked already; what became of each is a value. */
  deliver(events: readonly ReadyEvent[]): Promise<Outcome[]> {
    return this.queue.deliver(events, (event) => this.memberOf(event));
  }

  /** Takes nothing more, and resolves when everything has its outcome. */
  close(): Promise<void> {
    return this.queue.close();
  }

  private async send(batch: readonly Member[], context: Context): Promise<Outcome[]> {
    const answer = await this.requestUntilAnswered(batch, context);
    switch (answer.kind) {
      case 'accepted':
        return answer.ids.map((id) => ({ status: 'accepted', id }));
      case 'members':
        return this.sendWithout(answer.faults, batch, context);
      case 'too-large':
        return this.sendHalves(batch, context);
      case 'refused':
        return batch.map(({ id }) => ({ status: 'not-sent', id, cause: answer.cause }));
      case 'again':
        return batch.map(({ id }) => ({ status: 'unknown', id, cause: answer.cause }));
    }
  }

  /** Nothing of it was taken: the good ones go again, without the bad. Each round has fewer. */
  private async sendWithout(
    faults: ReadonlyMap<number, { pointer: string; detail: string }[]>,
    batch: readonly Member[],
    context: Context,
  ): Promise<Outcome[]> {
    const good = batch.filter((_, i) => !faults.has(i));
    const sent = good.length > 0 ? await this.send(good, context) : [];
    let next = 0;
    return batch.map(({ id }, i) => {
      const found = faults.get(i);
      return found ? { status: 'refused', id, faults: found } : sent[next++];
    });
  }

  /** A proxy before Posthorn may allow less than Posthorn does. */
  private async sendHalves(batch: readonly Member[], context: Context): Promise<Outcome[]> {
    if (batch.length === 1) {
      return [{ status: 'refused', id: batch[0].id, faults: [{ pointer: '', detail: 'is too large' }] }];
    }
    const half = Math.ceil(batch.length / 2);
    const first = await this.send(batch.slice(0, half), context);
    const failed = first.find(({ status }) => status === 'unknown' || status === 'not-sent');
    if (failed && 'cause' in failed) {
      const { cause } = failed;
      return [...first, ...batch.slice(half).map(({ id }): Outcome => ({ status: 'not-sent', id, cause }))];
    }
    return [...first, ...(await this.send(batch.slice(half), context))];
  }

  private async requestUntilAnswered(batch: readonly Member[], { signal, deadlineMs }: Context) {
    for (let tries = 0; ; tries++) {
      const answer = await answerOf(() => this.request(batch, signal), batch.length, Date.now);
      if (answer.kind !== 'again') return answer;
      const pauseMs = answer.retryAfterMs ?? this.pauseAfter(tries);
      // Whoever waits hears now what would be no better then.
      if (performance.now() + pauseMs >= deadlineMs) return answer;
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return answer;
    }
  }

  private request(batch: readonly Member[], signal: AbortSignal) {
    const { fetch: given, apiKey, format, requestTimeoutMs = 15_000 } = this.options;
    const send = given ?? (globalThis.fetch as unknown as Fetch);
    return send(this.url, {
      method: 'POST',
      headers: {
        'x-api-key': apiKey,
        'content-type': format === 'cloudevents' ? cloudEventBatchType : 'application/json',
        'user-agent': 'posthorn-publisher',
        ...batch[0].trace,
      },
      body: `[${batch.map(({ json }) => json).join(',')}]`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
      // The key goes nowhere but where it was meant to go.
      redirect: 'manual',
    });
  }

  private pauseAfter(tries: number): number {
    const { backoffMs = 200 } = this.options;
    return Math.min(backoffMs * 2 ** tries, pauseMaxMs) * (0.5 + Math.random() / 2);
  }

  private memberOf(event: ReadyEvent): Member {
    const { format = 'posthorn', source = '' } = this.options;
    const cloud = format === 'cloudevents' ? cloudEvent(event, { source }) : undefined;
    const json = cloud ? structuredJson(cloud) : plainJson(event);
    const id = cloud?.webhookId ?? plainWebhookId(event);
    return { id, json, trace: event.trace, bytes: Buffer.byteLength(json) + 1 };
  }
}
