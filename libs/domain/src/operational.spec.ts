import { isOperationalType, operationalEvent } from './operational.js';

const about = { tenantId: 't', entityId: 'sub_1', occurrence: '1', data: { name: 'Büro' } };
const at = { atMs: Date.UTC(2026, 3, 15, 10), nowMs: Date.UTC(2026, 3, 15, 11) };

describe('an operational event', () => {
  it('is an event like any other', () => {
    expect(operationalEvent('posthorn.subscription.failing', about, at)).toEqual({
      kind: 'event',
      id: expect.stringMatching(/^evt_[a-z2-7]{26}$/),
      tenantId: 't',
      type: 'posthorn.subscription.failing',
      entity: { name: 'subscription', id: 'sub_1' },
      timestamp: '2026-04-15T10:00:00.000Z',
      acceptedAt: at.nowMs,
      data: Buffer.from('{"name":"Büro"}'),
    });
    expect(operationalEvent('posthorn.delivery.failed', about, at).entity).toEqual({
      name: 'delivery',
      id: 'sub_1',
    });
  });

  it('has the same id when it is said again, whenever and with whatever words', () => {
    const { id } = operationalEvent('posthorn.subscription.failing', about, at);
    const again = operationalEvent(
      'posthorn.subscription.failing',
      { ...about, data: {} },
      { atMs: 1, nowMs: 2 },
    );
    expect(again.id).toBe(id);
    const others = [
      operationalEvent('posthorn.subscription.recovered', about, at),
      operationalEvent('posthorn.subscription.failing', { ...about, tenantId: 'u' }, at),
      operationalEvent('posthorn.subscription.failing', { ...about, entityId: 'sub_2' }, at),
      operationalEvent('posthorn.subscription.failing', { ...about, occurrence: '2' }, at),
    ];
    expect(new Set([id, ...others.map((other) => other.id)]).size).toBe(5);
  });

  it('is told by its first segment', () => {
    const types = ['posthorn.a', 'posthorn.', 'posthorn', 'order.posthorn.a', 'posthorns.a', 'Posthorn.a'];
    expect(types.filter(isOperationalType)).toEqual(['posthorn.a', 'posthorn.']);
  });
});
