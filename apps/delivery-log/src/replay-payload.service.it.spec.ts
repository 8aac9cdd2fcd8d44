import { decodeRetry } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { readTopic, waitFor } from '@posthorn/testing';
import { attempt, control, delivered, event, startMs } from './testing/builders.js';
import { Cluster, LogApi } from './testing/cluster.js';
import { openDatabase } from './testing/harness.js';
import { LogStage } from './testing/stage.js';

let stage: LogStage;
let cluster: Cluster;
let log: LogApi;

beforeAll(async () => {
  // A step may send whatever its bytes allow.
  stage = await LogStage.open({ replayPerS: 5_000 });
  ({ cluster, log } = stage);
}, 60_000);

afterAll(() => stage?.close(), 60_000);

const at = (i: number) => startMs + i * 60_000;
const whole = { subscriptionId: 'sub_1', kind: 'range' };

/** A tenant with so many events. */
async function tenantWith(tenantId: string, count: number): Promise<number[]> {
  await cluster.tenantWith(tenantId);
  const seqs: number[] = [];
  for (let i = 0; i < count; i++)
    seqs.push(await cluster.event(event({ tenantId, id: `evt_${i}`, acceptedAt: at(i) })));
  await waitFor(async () => (await log.list(`${tenantId}/events?limit=200`)).items.length === count);
  return seqs;
}

/** What was handed to retry-scheduler for the tenant. */
async function retriesOf(tenantId: string): Promise<number[]> {
  const records = await readTopic(stage.broker.brokers, `${stage.broker.prefix}retries.v1`);
  const retries = records.map(({ value }) => decodeRetry(Buffer.from(value ?? '')));
  return retries.filter((retry) => retry.tenantId === tenantId).map(({ seq }) => seq);
}

it('of what the log no longer holds leaves out what is known to be sent', async () => {
  const tenantId = 'known';
  const seqs = await tenantWith(tenantId, 3);
  await cluster.event(control({ tenantId, version: 3, status: 'paused' }));
  seqs.push(await cluster.event(event({ tenantId, id: 'evt_3', acceptedAt: at(3) })));
  await waitFor(async () => (await log.list(`${tenantId}/events`)).items.length === 4);
  await cluster.forgetBelow(tenantId, seqs[3] + 1);
  const { body } = await log.post(`${tenantId}/replays`, 'operator', whole);
  const replayId = String(body['id']);
  const path = `${tenantId}/replays/${replayId}`;
  await waitFor(async () => (await log.ask(path)).body['status'] === 'running');
  const attemptOf = (i: number) => {
    const of = { tenantId, eventId: `evt_${i}`, seq: seqs[i], replayId, acceptedAt: at(i) };
    return { ...of, deliveryId: deliveryId(of.eventId, 'sub_1', replayId) };
  };
  // As after a step that sent them, and was not noted.
  await cluster.attempt(delivered(attemptOf(0)));
  await cluster.attempt(attempt({ ...attemptOf(2), final: true }));
  await waitFor(async () => {
    const { done, failed } = (await log.ask(path)).body;
    return done === 1 && failed === 1;
  });
  expect(await retriesOf(tenantId)).toEqual([]);
  await cluster.event(control({ tenantId, version: 4 }));
  await waitFor(async () => (await retriesOf(tenantId)).length >= 2);
  for (const i of [1, 3]) await cluster.attempt(delivered(attemptOf(i)));
  await waitFor(async () => (await log.ask(path)).body['status'] === 'done');
  expect((await log.ask(path)).body).toMatchObject({ total: 4, done: 3, failed: 1 });
  expect(await retriesOf(tenantId)).toEqual([seqs[1], seqs[3]]);
}, 60_000);

it('of large events that the log no longer holds sends each of them once', async () => {
  const [tenantId, count] = ['large', 90];
  const seqs = await tenantWith(tenantId, count);
  await cluster.forgetBelow(tenantId, seqs.at(-1)! + 1);
  const db = await openDatabase(stage.stores.url);
  try {
    // Together more than the queue of the producer holds, and all of them may be sent at once.
    await db.query(
      `UPDATE events SET data = convert_to('"' || repeat('x', 400000) || '"', 'UTF8') WHERE tenant_id = $1`,
      [tenantId],
    );
    const { body } = await log.post(`${tenantId}/replays`, 'operator', whole);
    const replayId = String(body['id']);
    const sent = async () =>
      (await db.query(`SELECT 1 FROM replays WHERE id = $1 AND chunk_sent = $2`, [replayId, count])).length >
      0;
    await waitFor(sent, { timeoutMs: 30_000 });
    for (const [i, seq] of seqs.entries()) {
      const of = { tenantId, eventId: `evt_${i}`, seq, replayId, acceptedAt: at(i) };
      await cluster.attempt(delivered({ ...of, deliveryId: deliveryId(of.eventId, 'sub_1', replayId) }));
    }
    const path = `${tenantId}/replays/${replayId}`;
    await waitFor(async () => (await log.ask(path)).body['status'] === 'done', { timeoutMs: 20_000 });
    expect((await log.ask(path)).body).toMatchObject({ total: count, done: count, error: null });
    expect(await retriesOf(tenantId)).toEqual(seqs);
  } finally {
    await db.stop();
  }
}, 90_000);
