import { compileExpression, ExpressionError } from './expression.js';

const event = (data: unknown) => ({
  type: 'order.created',
  entity: { name: 'order', id: 'o-1' },
  data: Buffer.from(JSON.stringify(data)),
});

describe('an expression', () => {
  it.each<[string, unknown, boolean]>([
    ['data.total > 100', { total: 101 }, true],
    ['data.total > 100', { total: 100 }, false],
    ['data.total > 100', {}, false],
    ['data.total > 100', { total: 'much' }, false],
    ['event.type == "order.created" && entity.id == "o-1"', {}, true],
    ['data.items.exists(i, i.sku == "x")', { items: [{ sku: 'x' }] }, true],
    ['data.status in ["NEW", "READY"]', { status: 'READY' }, true],
    ['data.customer.name.startsWith("A")', { customer: { name: 'Anna' } }, true],
    ['data', true, true],
    ['data', 1, false],
  ])('%s of %j is %s', (text, data, wanted) => {
    expect(compileExpression(text)(event(data))).toBe(wanted);
  });

  it('is false for an event without data, or with data that is no JSON', () => {
    const holds = compileExpression('data.total > 1');
    expect(holds({ type: 'a', entity: null })).toBe(false);
    expect(holds({ type: 'a', entity: null, data: Buffer.from('{') })).toBe(false);
  });

  it.each<[string, RegExp]>([
    ['1 +', /Unexpected/],
    ['nope == 1', /Unknown variable/],
    ['"text"', /string, not a condition/],
    ['data.s.matches("(a+)+$")', /matches\(\) cannot be used/],
    ['data.a.all(x, data.b.all(y, x == y))', /at most 1/],
    ['data.a.all(x, x == 1) && data.b.all(x, x == 1)', /at most 1/],
    [`data.a == "${'x'.repeat(1000)}"`, /more than 1000/],
    [Array.from({ length: 60 }, () => 'data.a == 1').join('||'), /node|limit|exceed/i],
  ])('%s is refused', (text, why) => {
    expect(() => compileExpression(text)).toThrow(ExpressionError);
    expect(() => compileExpression(text)).toThrow(why);
  });
});
