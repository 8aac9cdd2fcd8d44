import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apiKeys, KafkaProxy, waitFor } from '@posthorn/testing';
import { type Answer, eventText, IngestRig, post } from './testing/ingest-rig.js';

let rig: IngestRig;
let operator: string;
let proxy: KafkaProxy;

beforeEach(async () => {
  rig = await IngestRig.start();
  await rig.tenant('plain');
  operator = (await rig.key(null)).text;
  proxy = await KafkaProxy.start(rig.broker.brokers[0]);
}, 30_000);

afterEach(async () => {
  proxy.up();
  proxy.release();
  await rig.stop();
  await proxy.close();
}, 30_000);

const event = (id: string) => eventText({ tenantId: 'plain', id });
const idsOf = ({ body }: Answer) => (body.accepted as { id: string }[]).map(({ id }) => id);

function expectUnavailable(answer: Answer): void {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startMs = performance.now();
  const result = await work;
  return { result, tookMs: performance.now() - startMs };
}

describe('while Kafka is away', () => {
  it('publishers are answered 503 at once, and every 202 before and after is kept', async () => {
    const { url } = await rig.serve({ proxy });
    const before = idsOf(await post(url, operator, event('before')));
    proxy.down();
    const first = await timed(post(url, operator, event('away')));
    expectUnavailable(first.result);
    expect(first.tookMs).toBeLessThan(2_000);
    const next = await timed(post(url, operator, event('away')));
    expectUnavailable(next.result);
    expect(next.tookMs).toBeLessThan(200);
    await rig.ready(url, 503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);

    proxy.up();
    const after = await waitFor(async () => {
      const answer = await post(url, operator, event('after'));
      return answer.status === 202 && idsOf(answer);
    });
    const stored = (await rig.events()).map(({ event: { id } }) => id);
    expect(stored).toEqual(expect.arrayContaining([...before, ...after]));
  }, 40_000);

  it('nobody waits longer than the setting, and a repeat has the same id', async () => {
    const { url } = await rig.serve({ proxy, env: { POSTHORN_INGEST_ACK_TIMEOUT_MS: '400' } });
    proxy.holdRequests(apiKeys.produce);
    const { result, tookMs } = await timed(post(url, operator, event('slow')));
    expectUnavailable(result);
    expect(tookMs).toBeGreaterThanOrEqual(400);
    expect(tookMs).toBeLessThan(1_500);
    proxy.release();
    const answer = await waitFor(async () => {
      const repeat = await post(url, operator, event('slow'));
      return repeat.status === 202 && repeat;
    });
    const stored = (await rig.events()).map(({ event: { id } }) => id);
    expect(new Set(stored)).toEqual(new Set(idsOf(answer)));
  }, 40_000);

  it('the service starts, is live and not ready, and opens when Kafka comes', async () => {
    proxy.down();
    const { url } = await rig.serve({ proxy, ready: false });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    expectUnavailable(await post(url, operator, event('early')));
    proxy.up();
    await rig.ready(url);
    expect((await post(url, operator, event('late'))).status).toBe(202);
  }, 40_000);
});

it('a full queue is answered 503, and what was taken is written', async () => {
  const env = { POSTHORN_INGEST_QUEUE_RECORDS: '1000', POSTHORN_INGEST_ACK_TIMEOUT_MS: '20000' };
  const { url } = await rig.serve({ proxy, env });
  proxy.holdRequests(apiKeys.produce);
  const batch = (name: string) => `[${[...Array(900).keys()].map((i) => event(`${name}-${i}`)).join(',')}]`;
  const taken = post(url, operator, batch('taken'));
  await waitFor(() => proxy.holding > 0);
  const refused = await post(url, operator, batch('refused'));
  expectUnavailable(refused);
  expect(refused.body.detail).toMatch(/too many events/);
  proxy.release();
  const ids = idsOf(await taken);
  expect((await rig.events()).map(({ event: { id } }) => id).sort()).toEqual(ids.sort());
}, 40_000);

it('a key that was revoked while the directory could not be read never works again', async () => {
  const { text, entry } = await rig.key('plain');
  const { url } = await rig.serve({ proxy, env: { POSTHORN_INGEST_DIRECTORY_STALE_MS: '2000' } });
  expect((await post(url, text, event('1'))).status).toBe(202);
  proxy.holdRequests(apiKeys.fetch);
  // The directory's and the inbox's: none is left at the broker that could still bring the record.
  await waitFor(() => proxy.holding >= 2);
  await rig.tell({ ...entry, revokedAt: Date.now(), version: entry.version + 1 });
  const stale = await waitFor(async () => {
    const answer = await post(url, text, event('2'));
    return answer.status !== 202 && answer;
  });
  expectUnavailable(stale);
  expect(stale.body.detail).toMatch(/keys and tenants/);
  expectUnavailable(await post(url, operator, event('3')));
  proxy.release();
  await waitFor(async () => (await post(url, operator, event('4'))).status === 202);
  expect((await post(url, text, event('5'))).status).toBe(401);
}, 40_000);

describe('the inbox', () => {
  const values = (count: number) =>
    [...Array(count).keys()].map((i) => ({
      key: 'k',
      value: eventText({ tenantId: 'plain', entity: { name: 'order', id: `in-${i}` } }),
    }));

  it('commits nothing before it is acknowledged', async () => {
    await rig.serve({ proxy });
    proxy.holdRequests(apiKeys.produce);
    await rig.inbox(values(50));
    await waitFor(() => proxy.holding > 0);
    // Long enough for a commit that does not wait: it would come every 250 ms.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect([...(await rig.committed()).values()].every((offset) => offset <= 0)).toBe(true);
    proxy.release();
    await waitFor(async () => [...(await rig.committed()).values()].includes(50));
    expect(await rig.eventsOf('plain')).toHaveLength(50);
  }, 40_000);

  it('waits while the producer is full, and loses nothing and no order', async () => {
    await rig.serve({ proxy, env: { POSTHORN_INGEST_QUEUE_RECORDS: '1000' } });
    proxy.holdRequests(apiKeys.produce);
    const messages = values(20_000);
    await rig.inbox(messages);
    await waitFor(() => proxy.holding > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    proxy.release();
    const stored = await waitFor(
      async () => {
        const found = await rig.eventsOf('plain');
        return found.length >= messages.length && found;
      },
      { timeoutMs: 30_000 },
    );
    expect(stored.map(({ event: { entity } }) => entity!.id)).toEqual(messages.map((_, i) => `in-${i}`));
  }, 60_000);

  it('repeats after an outage, and loses nothing', async () => {
    await rig.serve({ proxy });
    await rig.inbox(values(100));
    await waitFor(async () => (await rig.eventsOf('plain')).length >= 100);
    proxy.down();
    await rig.tenant('meanwhile');
    await rig.inbox([{ key: 'k', value: eventText({ tenantId: 'meanwhile' }) }, ...values(3_000).slice(100)]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    proxy.up();
    await waitFor(
      async () => new Set((await rig.eventsOf('plain')).map(({ event }) => event.id)).size === 3_000,
      {
        timeoutMs: 30_000,
      },
    );
    expect(await rig.eventsOf('meanwhile')).not.toEqual([]);
    expect(await rig.rejected()).toEqual([]);
  }, 60_000);

  it('a killed process loses nothing', async () => {
    const messages = values(30_000).map((message, i) => ({ ...message, key: `k${i % 7}` }));
    await rig.inbox(messages);
    for (const enough of [8_000, 30_000]) {
      const child = startProcess(rig.env({ POSTHORN_INGEST_LINGER_MS: '50' }));
      await waitFor(async () => distinct(await rig.eventsOf('plain')) >= enough, {
        timeoutMs: 40_000,
        intervalMs: 30,
      });
      child.kill('SIGKILL');
    }
    expect(distinct(await rig.eventsOf('plain'))).toBe(30_000);
    expect(await rig.rejected()).toEqual([]);
  }, 120_000);
});

const distinct = (stored: { event: { id: string } }[]) => new Set(stored.map(({ event: { id } }) => id)).size;

function startProcess(env: Record<string, string>) {
  const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const hook = new URL('../../../tools/swc-hook.mjs', import.meta.url).href;
  return spawn(process.execPath, ['--import', hook, '--conditions=@posthorn/source', place('main.ts')], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

it('a graceful stop answers what it has taken and commits what it has done', async () => {
  const { url, stop } = await rig.serve();
  await rig.inbox([{ key: 'k', value: event('from-inbox') }]);
  const waiting = [...Array(50).keys()].map((i) => post(url, operator, event(`http-${i}`)));
  await waitFor(async () => (await rig.eventsOf('plain')).length > 0);
  const [answers] = await Promise.all([Promise.allSettled(waiting), stop()]);
  const accepted = answers.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value.status === 202 ? idsOf(answer.value) : [],
  );
  const stored = (await rig.events()).map(({ event: { id } }) => id);
  expect(stored).toEqual(expect.arrayContaining(accepted));
  const done = stored.length - accepted.length;
  expect(Math.max(0, ...(await rig.committed()).values())).toBe(done > 0 ? 1 : 0);
}, 40_000);
