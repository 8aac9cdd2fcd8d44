import { Receiver, type ReceivedRequest, type Script } from '@posthorn/testing';
import { EventError, type EventInput, plainWebhookId, readyEvent } from './event.js';
import { HttpRefusal } from './http-answer.js';
import { HttpPublisher, type HttpPublisherOptions } from './http-publisher.js';
import { type Outcome, PublishError } from './outcome.js';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start(takeAll);
});
afterEach(() => receiver.close());

const event = (id: string, more: Partial<EventInput> = {}): EventInput => ({
  tenantId: 'vendor-17',
  type: 'order.created',
  timestamp: '2026-04-15T10:00:01.234Z',
  id,
  ...more,
});
const sentIds = ({ rawBody }: ReceivedRequest) =>
  (JSON.parse(rawBody.toString()) as { id: string }[]).map(({ id }) => id);
const webhookIds = (ids: string[]) => ids.map((id) => plainWebhookId(readyEvent(event(id))));
const publisherOf = (options: Partial<HttpPublisherOptions> = {}) =>
  new HttpPublisher({ url: receiver.url, apiKey: 'key', backoffMs: 1, ...options });

function takeAll(request: ReceivedRequest) {
  const accepted = webhookIds(sentIds(request)).map((id) => ({ id }));
  return { status: 202, body: JSON.stringify({ accepted }) };
}

/** Answers in turn, then takes everything. */
const inTurn =
  (...answers: Exclude<Awaited<ReturnType<Script>>, Promise<unknown>>[]): Script =>
  (request, i) =>
    answers[i] ?? takeAll(request);

const problem = (status: number, fields: object) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ status, ...fields }),
});

async function outcomesOf(publishing: Promise<unknown>): Promise<readonly Outcome[]> {
  const error: unknown = await publishing.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof PublishError)) throw new Error('it was published', { cause: error });
  return error.outcomes;
}

it('publishes with the key, and resolves with the ids', async () => {
  expect(await publisherOf().publish(event('a', { data: { n: 1 } }))).toEqual(webhookIds(['a']));
  const [{ method, url, headers, rawBody }] = receiver.requests;
  expect([method, url]).toEqual(['POST', '/v1/events']);
  expect(headers).toMatchObject({ 'x-api-key': 'key', 'content-type': 'application/json' });
  expect(JSON.parse(rawBody.toString())).toEqual([event('a', { data: { n: 1 } })]);
});

it('batches what waits, up to 1,000, in order', async () => {
  const publisher = publisherOf();
  const ids = Array.from({ length: 2_300 }, (_, i) => `e${i}`);
  const first = publisher.publish(event('first'));
  const rest = await Promise.all(ids.map((id) => publisher.publish(event(id))));
  await first;
  expect(rest.flat()).toEqual(webhookIds(ids));
  expect(receiver.requests.map((request) => sentIds(request).length)).toEqual([1_000, 1_000, 301]);
  expect(receiver.requests.flatMap(sentIds)).toEqual(['first', ...ids]);
});

it('CloudEvents go in batched mode', async () => {
  await publisherOf({ format: 'cloudevents', source: '/shop' }).publish([event('a'), event('b')]);
  const [{ headers, rawBody }] = receiver.requests;
  expect(headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
  expect(JSON.parse(rawBody.toString())).toMatchObject([
    { specversion: '1.0', id: 'a', source: '/shop', tenantid: 'vendor-17' },
    { id: 'b' },
  ]);
});

it('a request has one trace', async () => {
  const traced = (id: string, traceparent: string) => event(id, { trace: { traceparent } });
  await publisherOf().publish([traced('a', '1'), traced('b', '1'), traced('c', '2'), event('d')]);
  expect(receiver.requests.map((request) => [request.headers.traceparent, sentIds(request)])).toEqual([
    ['1', ['a', 'b']],
    ['2', ['c']],
    [undefined, ['d']],
  ]);
});

it('tries again what may be tried again, with the same bytes', async () => {
  receiver.answer(inTurn(503, 429, 502, { hangUp: true }, { status: 202, body: 'welcome' }));
  expect(await publisherOf().publish(event('a'))).toEqual(webhookIds(['a']));
  expect(receiver.requests).toHaveLength(6);
  expect(new Set(receiver.requests.map(({ rawBody }) => rawBody.toString())).size).toBe(1);
});

it('waits as long as Retry-After says, as seconds or as a date', async () => {
  receiver.answer(inTurn({ status: 503, headers: { 'retry-after': '1' } }));
  await publisherOf().publish(event('a'));
  const [first, second] = receiver.requests;
  expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(990);
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  receiver.answer(() => ({ status: 429, headers: { 'retry-after': inAnHour } }));
  const before = performance.now();
  const [outcome] = await outcomesOf(publisherOf().publish(event('a')));
  expect(performance.now() - before).toBeLessThan(10_000); // it is no use waiting for an answer after the end
  expect(outcome.status).toBe('unknown');
  const { cause } = outcome as { cause: HttpRefusal };
  expect([cause.status, Math.round(cause.retryAfterMs! / 60_000)]).toEqual([429, 60]);
});

it('gives up in time, also while nobody answers, and gives back what waits behind', async () => {
  receiver.answer(() => ({ never: true }));
  const publisher = publisherOf({ timeoutMs: 200, batchEvents: 1 });
  const outcomes = await outcomesOf(publisher.publish([event('a'), event('b')]));
  expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'not-sent']);
  expect(receiver.requests).toHaveLength(1);
});

it('a request that hangs is tried again', async () => {
  receiver.answer(inTurn({ never: true }));
  expect(await publisherOf({ requestTimeoutMs: 50 }).publish(event('a'))).toEqual(webhookIds(['a']));
});

it('a refused event takes none of its batch with it', async () => {
  const errors = [
    { index: 1, pointer: '/1/type', detail: 'is not known' },
    { index: 1, pointer: '/1/data', detail: 'too' },
    { index: 3, pointer: '/3', detail: 'is unknown' },
  ];
  receiver.answer(inTurn(problem(422, { code: 'invalid', errors })));
  const outcomes = await outcomesOf(publisherOf().publish(['a', 'b', 'c', 'd'].map((id) => event(id))));
  const [a, b, c, d] = webhookIds(['a', 'b', 'c', 'd']);
  const faults = [
    { pointer: '/type', detail: 'is not known' },
    { pointer: '/data', detail: 'too' },
  ];
  expect(outcomes).toEqual([
    { status: 'accepted', id: a },
    { status: 'refused', id: b, faults },
    { status: 'accepted', id: c },
    { status: 'refused', id: d, faults: [{ pointer: '', detail: 'is unknown' }] },
  ]);
  expect(receiver.requests.map(sentIds)).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'c'],
  ]);
});

it.each([
  [
    'a key that is not valid',
    problem(401, { code: 'unauthorized', detail: 'No such key.' }),
    401,
    'unauthorized',
  ],
  ['a redirect, which is not followed', { status: 307, headers: { location: '/elsewhere' } }, 307, undefined],
  ['an answer of something else', { status: 404, body: '<html>' }, 404, undefined],
])('%s: nothing was taken, and nothing else is tried', async (_name, answer, status, code) => {
  receiver.answer(() => answer);
  const publisher = publisherOf({ batchEvents: 1 });
  const outcomes = await outcomesOf(publisher.publish([event('a'), event('b')]));
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['not-sent', 'not-sent']);
  expect((outcomes[0] as { cause: HttpRefusal }).cause).toMatchObject({ status, code });
  expect(receiver.requests).toHaveLength(1);
});

it('a proxy that takes less gets halves', async () => {
  receiver.answer((request) => (sentIds(request).length > 2 ? 413 : takeAll(request)));
  const ids = ['a', 'b', 'c', 'd', 'e'];
  expect(await publisherOf().publish(ids.map((id) => event(id)))).toEqual(webhookIds(ids));
  expect(receiver.requests.map((request) => sentIds(request).join(''))).toEqual([
    'abcde',
    'abc',
    'ab',
    'c',
    'de',
  ]);
  receiver.answer(413);
  expect(await outcomesOf(publisherOf().publish(event('a')))).toMatchObject([{ status: 'refused' }]);
});

it('what is wrong is found before anything is sent', async () => {
  const publisher = publisherOf({ format: 'cloudevents', source: '/shop' });
  await expect(publisher.publish([event('a'), event('')])).rejects.toBeInstanceOf(EventError);
  const slash = event('b', { entity: { name: 'a/b', id: 'c' } });
  await expect(publisher.publish([event('a'), slash])).rejects.toBeInstanceOf(EventError);
  expect(receiver.requests).toEqual([]);
  const ready = [event('a'), slash, event('c')].map((input) => readyEvent(input));
  expect((await publisher.deliver(ready)).map(({ status }) => status)).toEqual([
    'accepted',
    'refused',
    'accepted',
  ]);
  await publisher.close();
  expect(await outcomesOf(publisher.publish(event('d')))).toMatchObject([{ status: 'not-sent' }]);
});

it.each([{ apiKey: '' }, { apiKey: 'a b' }, { batchEvents: 1_001 }, { url: 'nowhere' }])(
  'does not begin with %j',
  (wrong) => {
    // Not by its class: `URL` throws one of another realm here.
    expect(() => publisherOf(wrong)).toThrow(expect.objectContaining({ name: 'TypeError' }));
  },
);
