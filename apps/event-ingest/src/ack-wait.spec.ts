import type { AppError } from '@posthorn/runtime';
import { AckWait } from './ack-wait.js';

type Done = (error: Error | null) => void;

let away = false;
beforeEach(() => (away = false));

/** Offers that are taken, and their callback for the test to call. */
function open(wait: AckWait, count: number) {
  let done: Done = () => undefined;
  const result = wait.acknowledged(count, (given) => {
    done = given;
    return true;
  });
  return { result, done: () => done };
}

const codeOf = (result: Promise<void>) =>
  result.then(
    () => 'accepted',
    (error: AppError) => `${error.code}: ${error.detail}`,
  );

it('resolves with the last acknowledgement, not before', async () => {
  const wait = new AckWait(1_000, () => away);
  const { result, done } = open(wait, 3);
  done()(null);
  done()(null);
  expect(wait.size).toBe(1);
  done()(null);
  await result;
  expect(wait.size).toBe(0);
});

it.each<[string, () => boolean, RegExp]>([
  ['that are refused because too much waits', () => false, /^unavailable: .*too many events/],
  ['that are refused because Kafka is away', () => !(away = true), /^unavailable: .*Kafka is away/],
])('events %s are answered at once', async (_what, offer, message) => {
  const wait = new AckWait(60_000, () => away);
  expect(await codeOf(wait.acknowledged(1, offer))).toMatch(message);
  expect(wait.size).toBe(0);
});

it('one error fails the whole request, whatever comes after it', async () => {
  const wait = new AckWait(60_000, () => away);
  const { result, done } = open(wait, 2);
  done()(new Error('refused'));
  done()(null);
  expect(await codeOf(result)).toMatch(/^unavailable/);
  expect(wait.size).toBe(0);
});

it('nobody waits longer than the timeout', async () => {
  const wait = new AckWait(120, () => away);
  const startMs = performance.now();
  expect(await codeOf(open(wait, 1).result)).toMatch(/did not answer in time/);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(119);
  expect(wait.size).toBe(0);
});

it('nobody waits for a Kafka that went away meanwhile', async () => {
  const wait = new AckWait(60_000, () => away);
  const { result } = open(wait, 1);
  away = true;
  expect(await codeOf(result)).toMatch(/Kafka is away/);
});

it('says when to come again', async () => {
  const error = await new AckWait(1, () => false)
    .acknowledged(1, () => false)
    .catch((thrown: AppError) => thrown);
  expect(error).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
});
