import { readFileSync } from 'node:fs';
import { type ProfileEvent, type ProfileName, profileNames, profileOf } from './profiles.js';
import { retryDelayMs } from './retry-policy.js';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../testing/vectors/${name}`, import.meta.url), 'utf8')) as T;

type BrutlersCase = { name: string; published: string; body: string; signature: string };
const brutlersVectors = read<{ secret: string; cases: BrutlersCase[] }>('brutlers.json');
const brz365Vector = read<{ headers: Record<string, string>; body: string; attemptOffsetsS: number[] }>(
  'brz365.json',
);

const nowMs = Date.parse('2026-04-15T10:00:02Z');

function event(given: Partial<ProfileEvent>): ProfileEvent {
  return {
    id: 'evt_1',
    tenantId: 'vendor-17',
    type: 'order.created',
    entity: { name: 'order', id: 'o1' },
    timestamp: '2026-04-15T10:00:01.234Z',
    data: Buffer.from('{"id":"o1"}'),
    ...given,
  };
}

describe('brutlers', () => {
  const profile = profileOf('brutlers');

  /** The bytes of `data` as the vector's publisher spelled them. */
  function publishedData(published: string): Buffer {
    const from = published.search(/"data"\s*:\s*/);
    const start = published.indexOf('{', from);
    return Buffer.from(
      published.slice(start, published.lastIndexOf('}', published.lastIndexOf('"timestamp"')) + 1),
    );
  }

  it.each(brutlersVectors.cases)(
    'renders and signs byte for byte: $name',
    ({ published, body, signature }) => {
      const { event: type, timestamp } = JSON.parse(published) as { event: string; timestamp: string };
      const rendered = profile.render(event({ type, timestamp, data: publishedData(published) }));
      expect(rendered.toString()).toBe(body);
      const keys = profile.openKeys([brutlersVectors.secret]);
      expect(profile.authHeaders(keys, { id: 'evt_1' }, rendered, nowMs)).toEqual([
        'X-Brutlers-Signature',
        signature,
      ]);
    },
  );

  it('passes the documented receiver, which verifies over JSON.stringify of its own parse', () => {
    const data = Buffer.from(
      '{"z":1.0,"1":"x","__proto__":{"a":1},"dup":1,"dup":2,"u":"\\u00e4\\ud83d\\udd27"}',
    );
    const text = profile.render(event({ data })).toString();
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
    expect(text).toContain('"__proto__":{"a":1}');
  });

  it('sends an empty object where an event has no data', () => {
    expect(profile.render(event({ data: Buffer.alloc(0) })).toString()).toBe(
      '{"event":"order.created","data":{},"timestamp":"2026-04-15T10:00:01.234Z"}',
    );
  });

  it.each([
    ['order.created', true],
    ['order.status_changed', true],
    ['inquiry.received', true],
    ['appointment.confirmed', true],
    ['appointment.cancelled', true],
    ['customer.created', true],
    ['order.deleted', false],
    ['Order.created', false],
    ['order.*', false],
    ['toString', false],
  ])('event type %s: in the catalogue: %s', (type, known) => {
    const refusal = profile.refuses({ type, entity: null });
    if (known) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(JSON.stringify(type));
  });

  it('keeps to the documented limits', () => {
    expect(profile).toMatchObject({
      ordering: 'unordered',
      subscriptionsMax: 5,
      verification: 'none',
      deletesLogs: true,
      disablesWhenFailing: true,
      keyPrefix: 'brut_',
      contentType: 'application/json',
    });
  });
});

describe('brz365', () => {
  const profile = profileOf('brz365');
  const tenantId = '596ad63d-efa1-426e-dd93-08d9fa9598be';
  const entity = { name: 'BusinessPartner', id: '9154afa-258d-4fdc-8fa2-4a719675fe83' };
  const published = event({
    tenantId,
    type: 'BusinessPartner.create',
    entity,
    timestamp: '2025-11-07T14:32:45Z',
    data: Buffer.from('{"ignored":true}'),
  });

  it('renders the documented body and headers', () => {
    const body = profile.render(published);
    expect(body.toString()).toBe(brz365Vector.body);
    const keys = profile.openKeys([brz365Vector.headers.authorization]);
    expect(profile.authHeaders(keys, { id: 'evt_1' }, body, nowMs)).toEqual([
      'Authorization',
      brz365Vector.headers.authorization,
    ]);
    expect(profile.contentType).toBe(brz365Vector.headers['content-type']);
  });

  it('retries at the documented offsets, whatever the dice say, and then gives up', () => {
    for (const random of [0, 0.5, 0.999]) {
      const offsetsS = [0];
      let delayMs: number | undefined;
      while ((delayMs = retryDelayMs(profile.retryPolicy, offsetsS.length, random)) !== undefined) {
        offsetsS.push(offsetsS[offsetsS.length - 1] + delayMs / 1000);
      }
      expect(offsetsS).toEqual(brz365Vector.attemptOffsetsS);
    }
  });

  it('keeps to the documented limits', () => {
    expect(profile).toMatchObject({
      ordering: 'strict',
      orderingFixed: true,
      timeoutMs: 5_000,
      nameUnique: true,
      verification: 'head',
      disablesWhenFailing: false,
    });
  });

  it.each([
    ['BusinessPartner.create', entity, undefined],
    ['BusinessPartner.change', entity, undefined],
    ['BusinessPartner.delete', entity, undefined],
    ['Invoice.Document.create', { name: 'Invoice.Document', id: '1' }, undefined],
    ['BusinessPartner.created', entity, 'is not <EntityName>.<create|change|delete>'],
    ['create', entity, 'is not <EntityName>'],
    ['.create', entity, 'is not <EntityName>'],
    ['Invoice.create', entity, 'does not fit entity "BusinessPartner"'],
    ['BusinessPartner.create', null, 'entity is required'],
  ])('type %s of %o: refused: %s', (type, given, reason) => {
    const refusal = profile.refuses({ type, entity: given });
    if (reason) expect(refusal).toContain(reason);
    else expect(refusal).toBeUndefined();
  });

  it('does not repeat a long type in full', () => {
    expect(profile.refuses({ type: 'x'.repeat(5_000), entity: null })!.length).toBeLessThan(200);
  });
});

describe('standard', () => {
  const profile = profileOf('standard');

  it.each([
    ['{ "a" : 1.0 ,"ü":"\\u00fc" }', '{ "a" : 1.0 ,"ü":"\\u00fc" }'],
    ['12345678901234567890', '12345678901234567890'],
    ['', '{}'],
  ])('passes data on byte for byte: %s', (data, sent) => {
    const body = profile.render(event({ type: 'a."b"', data: Buffer.from(data) }));
    expect(body.toString()).toBe(
      `{"type":"a.\\"b\\"","timestamp":"2026-04-15T10:00:01.234Z","data":${sent}}`,
    );
  });

  it('signs the id, the second of the attempt and the body', () => {
    const keys = profile.openKeys(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
    const body = Buffer.from('{"test": 2432232314}');
    const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
    expect(profile.authHeaders(keys, { id }, body, 1614265330_999)).toEqual([
      'webhook-timestamp',
      '1614265330',
      'webhook-signature',
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    ]);
  });
});

describe('cloudevents', () => {
  const profile = profileOf('cloudevents');

  it('renders a structured event with data as published', () => {
    const body = profile.render(event({ source: '/shop', data: Buffer.from('{"n":1.0}') })).toString();
    expect(body).toContain('"data":{"n":1.0}}');
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: 'evt_1',
      source: '/shop',
      type: 'order.created',
      subject: 'order/o1',
      time: '2026-04-15T10:00:01.234Z',
      tenantid: 'vendor-17',
      datacontenttype: 'application/json',
      data: { n: 1 },
    });
  });

  it('makes a source out of the tenant, and leaves out what there is not', () => {
    const body = profile.render(event({ tenantId: 'a/ü', entity: null, data: Buffer.alloc(0) })).toString();
    const parsed = JSON.parse(body) as Record<string, unknown>;
    expect(parsed.source).toBe('/tenants/a%2F%C3%BC');
    expect(parsed).not.toHaveProperty('subject');
    expect(parsed).not.toHaveProperty('data');
  });
});

it.each(profileNames)('%s has limits that make sense', (name: ProfileName) => {
  const profile = profileOf(name);
  expect(profile.name).toBe(name);
  expect(profile.timeoutMs).toBeGreaterThanOrEqual(1_000);
  expect(profile.timeoutMs).toBeLessThanOrEqual(30_000);
  expect(profile.subscriptionsMax).toBeGreaterThan(0);
});
