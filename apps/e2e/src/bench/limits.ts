import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { nextMessage } from './child.js';
import { cpuUsOf, cpuUsOfTree } from './cpu.js';
import type { LimitAnswer, LimitOrder } from './limit-worker.js';
import type { Limits } from './figures.js';

type Done = { elapsedMs: number; cpuUs: number };

export type LimitsOptions = {
  brokers: string;
  databaseUrl: string;
  pids: { kafka: number; postgres: number };
};

const partitions = 8;
const topic = 'bench.limit';
const schema = 'bench_limit';
const withinMs = 120_000;

/**
 * What no design can be below on this machine: undici alone, posting signed bodies to the receiver (CPU of
 * that client), a record into Kafka (client and broker), a row into PostgreSQL (client and server).
 */
export async function measureLimits(options: LimitsOptions, count: number): Promise<Limits> {
  const { databaseUrl, pids } = options;
  const brokers = options.brokers.split(',');
  const post = await posting(count);
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
    const produce = await work({ kind: 'produce', brokers, topic, count }, () => cpuUsOf(pids.kafka));
    const insert = await work({ kind: 'insert', databaseUrl, schema, count }, () =>
      cpuUsOfTree(pids.postgres),
    );
    return {
      postsPerS: Math.round((count * 1_000) / post.elapsedMs),
      postCpuUs: each(post.cpuUs, count),
      produceUs: each(produce.cpuUs, count),
      insertUs: each(insert.cpuUs, count),
    };
  } finally {
    await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
    await admin.disconnect();
  }
}

async function posting(count: number): Promise<Done> {
  const sink = fork(join(import.meta.dirname, 'sink.js'));
  try {
    const { ports } = await nextMessage<{ ports: number[] }>(sink);
    return await work({ kind: 'post', url: `http://127.0.0.1:${ports[0]}/0`, count }, () => 0);
  } finally {
    sink.kill('SIGKILL');
  }
}

function each(us: number, count: number): number {
  return Math.round((10 * us) / count) / 10;
}

/** @param othersUs what it makes another process spend @throws Error where it failed, or took too long */
async function work(order: LimitOrder, othersUs: () => number): Promise<Done> {
  const child = fork(join(import.meta.dirname, 'limit-worker.js'), {
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
  });
  const exited = once(child, 'exit');
  const overtime = setTimeout(() => child.kill('SIGKILL'), withinMs);
  let before = 0;
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', (answer: LimitAnswer) => {
        if ('began' in answer) before = othersUs();
        else if ('error' in answer) reject(new Error(`${order.kind}: ${answer.error}`));
        else resolve({ ...answer, cpuUs: answer.cpuUs + othersUs() - before });
      });
      child.once('exit', () => reject(new Error(`${order.kind} alone did not end in time`)));
      child.send(order);
    });
  } finally {
    await exited;
    clearTimeout(overtime);
  }
}
