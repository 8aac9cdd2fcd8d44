import { randomBytes } from 'node:crypto';
import { Receiver, waitFor } from '@posthorn/testing';
import { Caller } from './testing/caller.js';
import { OtlpReceiver, type ReceivedSpan } from './testing/otlp-receiver.js';
import { Product, services } from './testing/product.js';

let otlp: OtlpReceiver;
let product: Product;
let caller: Caller;
let receiver: Receiver;

beforeAll(async () => {
  otlp = await OtlpReceiver.start();
  product = await Product.start(services, {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    // Only who brings a sampled trace is recorded.
    OTEL_TRACES_SAMPLER_ARG: '0',
  });
  caller = new Caller(product);
}, 120_000);

afterAll(async () => {
  await caller.close();
  await product.stop();
  await otlp.stop();
}, 60_000);

beforeEach(async () => {
  receiver = await Receiver.start();
});

afterEach(async () => {
  await receiver.close();
});

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Publishes one event over Kafka; the receiver takes the third attempt. */
async function deliverAtThird(
  ordering: string,
  sampled: boolean,
): Promise<{ traceId: string; spanId: string }> {
  receiver.answer(({ headers }) => (headers['webhook-attempt'] === '3' ? 200 : 500));
  const tenant = await caller.tenant('standard');
  const subscription = { name: ordering, url: receiver.url, ordering, filter: { types: ['item.changed'] } };
  await caller.subscription(tenant.id, tenant.key, {
    ...subscription,
    retryPolicy: { delaysMs: [1_000, 1_000] },
  });
  const [traceId, spanId] = [hex(16), hex(8)];
  const event = {
    tenantId: tenant.id,
    type: 'item.changed',
    entity: { name: 'item', id: '1' },
    id: `e-${traceId}`,
    timestamp: '2026-04-15T10:00:01.234Z',
    data: {},
  };
  const traceparent = `00-${traceId}-${spanId}-0${sampled ? 1 : 0}`;
  await caller.inbox([{ key: tenant.id, value: JSON.stringify(event), headers: { traceparent } }]);
  await receiver.received(3, { timeoutMs: 30_000 });
  const path = `/v1/tenants/${tenant.id}/deliveries`;
  const shown = async (): Promise<boolean> => {
    const { body } = await caller.call<{ items: { status: string }[] }>('GET', path, tenant);
    return body.items.some(({ status }) => status === 'delivered');
  };
  await waitFor(shown, { timeoutMs: 20_000, intervalMs: 100 });
  return { traceId, spanId };
}

const attemptsOf = (spans: readonly ReceivedSpan[]): ReceivedSpan[] =>
  spans
    .filter(({ name }) => name === 'attempt')
    .sort((a, b) => Number(a.attributes['posthorn.attempt']) - Number(b.attributes['posthorn.attempt']));

it.each(['unordered', 'strict'])(
  '%s: published over Kafka, delivered at the third attempt, seen in the delivery log: one connected trace',
  async (ordering) => {
    const { traceId, spanId } = await deliverAtThird(ordering, true);
    const count = (name: string): number => otlp.of(traceId).filter((span) => span.name === name).length;
    const wanted = {
      'send events.v1': 1,
      match: 1,
      attempt: 3,
      'project events.v1': 1,
      'project attempts.v1': 3,
    };
    const timers = ordering === 'unordered' ? { 'send due.v1': 2, 'project retries.v1': 2 } : {};
    const all = Object.entries({ ...wanted, ...timers });
    await waitFor(() => all.every(([name, n]) => count(name) >= n), { timeoutMs: 20_000 });

    const spans = otlp.of(traceId);
    const known = new Set([spanId, ...spans.map((span) => span.spanId)]);
    expect(spans.filter(({ parentSpanId }) => !known.has(parentSpanId))).toEqual([]);
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set([
        'posthorn-event-ingest',
        'posthorn-dispatcher',
        'posthorn-delivery-log',
        ...(ordering === 'unordered' ? ['posthorn-retry-scheduler'] : []),
      ]),
    );

    const attempts = attemptsOf(spans);
    expect(attempts.map(({ attributes, failed }) => ({ ...attributes, failed }))).toMatchObject(
      [1, 2, 3].map((attempt) => ({
        'posthorn.attempt': attempt,
        'posthorn.outcome': attempt === 3 ? 'delivered' : 'failed',
        'posthorn.ordering': ordering,
        'posthorn.event.type': 'item.changed',
        'http.response.status_code': attempt === 3 ? 200 : 500,
        failed: attempt < 3,
      })),
    );
    // The receiver goes on in the attempt's own span.
    const told = receiver.requests.map(({ headers }) => headers['traceparent']);
    expect(told).toEqual(attempts.map((span) => `00-${traceId}-${span.spanId}-01`));

    // What was written in batches is linked with the batch, and the batch with it.
    const projected = spans.filter(({ name }) => name === 'project attempts.v1');
    for (const span of projected) {
      const [link] = span.links;
      const batch = otlp.of(link.traceId).find((one) => one.spanId === link.spanId);
      expect(batch?.name).toBe('project attempts.v1 batch');
      expect(batch?.links).toContainEqual({ traceId, spanId: span.parentSpanId });
    }
  },
  90_000,
);

it('a failure of a trace that nobody samples is a trace of its own, linked to it', async () => {
  const { traceId, spanId } = await deliverAtThird('unordered', false);
  const linked = (): ReceivedSpan[] => otlp.spans.filter(({ links }) => links[0]?.traceId === traceId);
  await waitFor(() => linked().length >= 2, { timeoutMs: 20_000 });
  expect(attemptsOf(linked())).toMatchObject([
    { failed: true, parentSpanId: '', links: [{ traceId, spanId }], attributes: { 'posthorn.attempt': 1 } },
    { failed: true, parentSpanId: '', links: [{ traceId, spanId }], attributes: { 'posthorn.attempt': 2 } },
  ]);
  expect(otlp.of(traceId)).toEqual([]);
  // The receiver gets the publisher's own context.
  expect(receiver.requests[2].headers['traceparent']).toBe(`00-${traceId}-${spanId}-00`);
}, 90_000);

it('metrics come by OTLP, too', async () => {
  const wanted = ['posthorn.events.accepted', 'posthorn.attempts', 'posthorn.timer.lateness'];
  await waitFor(() => wanted.every((name) => otlp.metrics.has(name)), { timeoutMs: 20_000 });
});
