import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import { Pool } from 'undici';
import { monotonicMs } from './clock.js';
import { eventText, tenantPicker, type Traffic } from './traffic.js';

/** The publishers of a bench, in a process of their own: they publish what they are told to, and say when. */
export type PublisherOptions = { brokers: string[]; topic: string; ingestUrl: string; key: string };
/** `late`: events that were published more than 50 ms after they were due. */
export type Published = { firstAcceptMs: number; late: number };
export type PublisherAnswer = Published | { error: string };

const options = JSON.parse(process.argv[2]) as PublisherOptions;
const kafkaBatch = 500;
/** All of a send may be for one partition, and a broker takes a megabyte for it. */
const kafkaBatchBytes = 700_000;
const requestTimeoutMs = 30_000;
const attemptsMax = 100;
const againAfterMs = 50;
const lateMs = 50;

const pool = new Pool(options.ingestUrl, { connections: 128 });
let producer: Promise<Producer> | undefined;
let firstAcceptMs = 0;

async function connect(): Promise<Producer> {
  const kafka = new Kafka({ brokers: options.brokers, clientId: 'bench', logLevel: logLevel.NOTHING });
  const made = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await made.connect();
  return made;
}

/** One send at a time: an idempotent producer of kafkajs takes no more without a risk. */
async function overKafka(traffic: Traffic): Promise<number> {
  const to = await (producer ??= connect());
  const tenantOf = tenantPicker(traffic);
  const batch = Math.min(kafkaBatch, Math.max(1, Math.floor(kafkaBatchBytes / traffic.bytes)));
  for (let first = 0; first < traffic.events; first += batch) {
    const length = Math.min(batch, traffic.events - first);
    const dueMs = monotonicMs();
    const messages = Array.from({ length }, (_, i) => {
      const key = traffic.tenants[tenantOf(first + i)];
      return { key, value: eventText(traffic, key, first + i, dueMs) };
    });
    await to.send({ topic: options.topic, messages, acks: -1 });
    accepted();
  }
  return 0;
}

async function overHttp(traffic: Traffic): Promise<number> {
  const tenantOf = tenantPicker(traffic);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < traffic.events) {
      const first = next;
      next += traffic.batch;
      const length = Math.min(traffic.batch, traffic.events - first);
      const dueMs = monotonicMs();
      const texts = Array.from({ length }, (_, i) =>
        eventText(traffic, traffic.tenants[tenantOf(first + i)], first + i, dueMs),
      );
      await post(traffic.batch === 1 ? texts[0] : `[${texts.join(',')}]`);
    }
  };
  await Promise.all(Array.from({ length: traffic.concurrency }, worker));
  return 0;
}

/** An event's time counts from when it was due: a publisher that falls behind is seen in the latencies. */
async function atRate(traffic: Traffic): Promise<number> {
  const tenantOf = tenantPicker(traffic);
  const startedMs = monotonicMs();
  const posts: Promise<void>[] = [];
  let late = 0;
  while (posts.length < traffic.events) {
    const nowMs = monotonicMs();
    const due = Math.min(traffic.events, ((nowMs - startedMs) / 1_000) * traffic.perS);
    while (posts.length < due) {
      const n = posts.length;
      const dueMs = startedMs + (n * 1_000) / traffic.perS;
      if (nowMs - dueMs > lateMs) late++;
      posts.push(post(eventText(traffic, traffic.tenants[tenantOf(n)], n, dueMs)));
    }
    await sleep(1);
  }
  await Promise.all(posts);
  return late;
}

/** @throws Error for an answer that is neither 202 nor 503, or after too many of the latter */
async function post(body: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = await pool.request({
      method: 'POST',
      path: '/v1/events',
      headers: { 'content-type': 'application/json', 'x-api-key': options.key },
      body,
      headersTimeout: requestTimeoutMs,
    });
    if (answer.statusCode === 202) {
      accepted();
      return answer.body.dump();
    }
    const text = await answer.body.text();
    if (answer.statusCode !== 503 || attempt === attemptsMax)
      throw new Error(`publishing was answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    await sleep(againAfterMs);
  }
}

function accepted(): void {
  firstAcceptMs ||= monotonicMs();
}

const ways = { kafka: overKafka, http: overHttp, rate: atRate } as const;

async function publish(traffic: Traffic): Promise<PublisherAnswer> {
  firstAcceptMs = 0;
  try {
    const late = await ways[traffic.way](traffic);
    return { firstAcceptMs, late };
  } catch (error) {
    return { error: String(error) };
  }
}

process.on('message', (traffic: Traffic) => void publish(traffic).then((answer) => process.send?.(answer)));
process.once('disconnect', () => process.exit(0));
process.send?.({ ready: true });
