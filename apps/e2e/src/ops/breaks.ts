import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../chaos/fleet.js';
import { call } from '../chaos/api.js';
import { tenantId, type Traffic } from './traffic.js';
import { type Failure, one, type World } from './world.js';

export const some = (value: number): boolean => value > 0;
export const nothing = async (): Promise<void> => undefined;

export const mood =
  (wanted: Traffic['mood'], more: (world: World) => Promise<void> = nothing): Failure['break'] =>
  async (world) => {
    world.traffic.mood = wanted;
    await more(world);
    return async () => void (world.traffic.mood = 'calm');
  };

export const without =
  (store: 'kafka' | 'postgres', more: (world: World) => Promise<void> = nothing): Failure['break'] =>
  async (world) => {
    await world.stores.kill(store);
    await more(world);
    return () => world.stores.start(store);
  };

/** It stands still and goes on, again and again. */
export const stutters =
  (service: ServiceName, stillMs: number, goesMs: number): Failure['break'] =>
  async (world) => {
    const process = one(world, service);
    let stopped = false;
    const stuttering = (async () => {
      while (!stopped) {
        process.freeze();
        await sleep(stillMs);
        process.thaw();
        await sleep(goesMs);
      }
    })();
    return async () => {
      stopped = true;
      await stuttering;
    };
  };

const leakedShare = 0.83;
/** It keeps what it makes until its heap is nearly full. */
const leak = `
  import { getHeapStatistics } from 'node:v8';
  globalThis.leaked = [];
  setInterval(() => {
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    if (used / limit < ${leakedShare}) leaked.push(Array.from({ length: 20000 }, (_, n) => ({ n })));
  }, 20).unref();`;

/** It is started anew with a leak, and so that a heap snapshot of it can be asked for. */
export const leaks =
  (service: ServiceName): Failure['break'] =>
  async (world) => {
    const process = one(world, service);
    const restart = async (flags: string[]): Promise<void> => {
      await process.stop();
      process.start(flags);
      await world.fleet.ready(60_000);
    };
    await restart([
      '--max-old-space-size=256',
      '--heapsnapshot-signal=SIGUSR2',
      `--diagnostic-dir=${world.logsDir}`,
      `--import=data:text/javascript,${encodeURIComponent(leak)}`,
    ]);
    return () => restart([]);
  };

/** As an administrator: a change that waits for Kafka. */
export async function makeTenant({ traffic, fleet }: World): Promise<void> {
  const url = `${fleet.all('subscription-api')[0]!.url}/v1/tenants`;
  const body = { id: `made-${randomUUID()}`, profile: 'standard', name: 'made' };
  await call('POST', url, { key: traffic.adminKey, body, timeoutMs: 15_000 });
}

const replayedMin = 10;
const knownWithinMs = 60_000;

/** What was published so far, once delivery-log knows some of it, to one that waits for each answer. */
export async function orderReplay({ traffic, fleet }: World): Promise<void> {
  const url = `${fleet.all('delivery-log')[0]!.url}/v1/tenants/${tenantId}/replays`;
  const ask = (dryRun: boolean) =>
    call<{ count: number }>('POST', url, {
      key: traffic.key,
      body: { subscriptionId: traffic.patient, kind: 'range', dryRun },
    });
  for (const until = Date.now() + knownWithinMs; Date.now() < until; await sleep(500)) {
    const { body: found } = await ask(true);
    if ((found?.count ?? 0) >= replayedMin) break;
  }
  const { status, body: said } = await ask(false);
  if (status !== 201 && status !== 202) throw new Error(`replay: ${status} ${JSON.stringify(said)}`);
}

/** Requests that wait for a connection, until what this answers is called. */
export function asks({ traffic, fleet }: World): () => void {
  const url = `${fleet.all('delivery-log')[0]!.url}/v1/tenants/${tenantId}/deliveries`;
  let stopped = false;
  const ask = async (): Promise<void> => {
    while (!stopped) await call('GET', url, { key: traffic.key, timeoutMs: 30_000 });
  };
  for (let n = 0; n < 30; n++) void ask();
  return () => (stopped = true);
}
