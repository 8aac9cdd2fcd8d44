import { AppError } from '@posthorn/runtime';
import { erasureOf } from './erasure-order.js';

describe('an order to erase', () => {
  it.each([
    [{ tenant: true }, { kind: 'tenant' }],
    [{ subscriptionId: 'sub_1' }, { kind: 'subscription', subscriptionId: 'sub_1' }],
    [{ entity: { name: 'order', id: 'o1' } }, { kind: 'entity', entity: { name: 'order', id: 'o1' } }],
  ])('%j', (body, order) => {
    expect(erasureOf(body)).toEqual(order);
  });

  it.each([
    [{}, ''],
    [{ tenant: true, subscriptionId: 'sub_1' }, ''],
    [{ tenant: false }, '/tenant'],
    [{ tenant: 'true' }, '/tenant'],
    [{ subscriptionId: '' }, '/subscriptionId'],
    [{ entity: 'order' }, '/entity'],
    [{ entity: { name: 'order' } }, '/entity/id'],
    [{ entity: { id: 'o1' } }, '/entity/name'],
    [{ tenants: true }, '/tenants'],
    [{ subscriptionId: 'sub\u0000' }, '/subscriptionId'],
    [{ entity: { name: 'order', id: 'a\u0000b' } }, '/entity/id'],
    [{ entity: { name: 'a\ud800', id: 'o1' } }, '/entity/name'],
    [[], ''],
    [null, ''],
  ])('nothing is erased by mistake: %j', (body, pointer) => {
    const refused = () => erasureOf(body);
    expect(refused).toThrow(AppError);
    expect(refused).toThrow(
      expect.objectContaining({ code: 'invalid', errors: [expect.objectContaining({ pointer })] }),
    );
  });
});
