import fc from 'fast-check';
import { attemptId, base32, deliveryId, eventId, newId } from './ids.js';

const derived = {
  tenantId: 'vendor-17',
  entity: { name: 'order', id: 'o1' },
  type: 'order.created',
  timestamp: '2026-04-15T10:00:01.234Z',
  data: Buffer.from('{}'),
};

describe('base32', () => {
  // RFC 4648 section 10, lower case and without padding.
  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('%j: %s', (text, expected) => {
    // Only whole groups of five bits: the RFC's last, zero-filled character is left out.
    const whole = expected.slice(0, Math.floor((text.length * 8) / 5));
    expect(base32(Buffer.from(text), 99)).toBe(whole);
  });

  it('stops at the asked length', () => {
    expect(base32(Buffer.from('foobar'), 4)).toBe('mzxw');
  });
});

describe('eventId', () => {
  // Computed by another program (Python's hashlib and base64).
  it('is pinned: publishers repeat requests over releases', () => {
    expect(eventId(derived)).toBe('evt_k6ce3otu6cv3nr6o3fnh4odum2');
    expect(eventId({ tenantId: 't', explicitId: 'x' })).toBe('evt_3blwuzfonjgtdgc4v7vjvguy3p');
    expect(eventId({ tenantId: 't', source: '/s', sourceId: 'x' })).toBe('evt_c2gy6ozi3jdcj4mtvcxcloeqpl');
  });

  it.each([
    ['tenant', { ...derived, tenantId: 'vendor-18' }],
    ['entity name', { ...derived, entity: { name: 'orders', id: 'o1' } }],
    ['entity id', { ...derived, entity: { name: 'order', id: 'o2' } }],
    ['type', { ...derived, type: 'order.deleted' }],
    ['timestamp', { ...derived, timestamp: '2026-04-15T10:00:01.235Z' }],
    ['data', { ...derived, data: Buffer.from('{ }') }],
  ])('differs by %s', (_what, other) => {
    expect(eventId(other)).not.toBe(eventId(derived));
    expect(eventId({ ...derived })).toBe(eventId(derived));
  });

  it('keeps the kinds of identity apart', () => {
    const ids = [
      eventId({ tenantId: 't', explicitId: 'x' }),
      eventId({ tenantId: 'tx', explicitId: '' }),
      eventId({ tenantId: 't', source: '', sourceId: 'x' }),
      eventId({ tenantId: 't', source: 'x', sourceId: '' }),
      eventId({ tenantId: 't', operational: ['x'] }),
      eventId({ tenantId: 't', operational: ['x', ''] }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('knows where one part ends and the next begins, for any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(
      fc.property(text, text, text, text, (source, sourceId, otherSource, otherId) => {
        const same = source === otherSource && sourceId === otherId;
        const one = eventId({ tenantId: 't', source, sourceId });
        const other = eventId({ tenantId: 't', source: otherSource, sourceId: otherId });
        expect(one === other).toBe(same);
        expect(one).toMatch(/^evt_[a-z2-7]{26}$/);
      }),
    );
  });
});

it('gives a delivery one id, and every replay its own', () => {
  const plain = deliveryId('evt_a', 'sub_b');
  expect(plain).toMatch(/^dlv_[a-z2-7]{26}$/);
  expect(deliveryId('evt_a', 'sub_b')).toBe(plain);
  const others = [
    deliveryId('evt_b', 'sub_b'),
    deliveryId('evt_a', 'sub_c'),
    deliveryId('evt_a', 'sub_b', 'r1'),
  ];
  expect(new Set([plain, ...others]).size).toBe(4);
  expect(attemptId(plain, 3)).toBe(`att_${plain.slice(4)}_3`);
});

it('makes ids for what people create out of given randomness', () => {
  const random = Uint8Array.from({ length: 17 }, (_, i) => i);
  expect(newId('sub', random)).toBe('sub_aaaqeayeaudaocajbifqydiob4');
  expect(
    newId(
      'sub',
      random.map((byte) => byte ^ 255),
    ),
  ).not.toBe(newId('sub', random));
});
