import { compileExpression, ExpressionError, onUnusableExpression, storedExpression } from './expression.js';

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
    ['data.items.exists(i, i.sku == data.main)', { main: 'x', items: [{ sku: 'y' }, { sku: 'x' }] }, true],
    ['data.items.exists(i, i.sku == data["main"])', { main: 'x', items: [{ sku: 'y' }] }, false],
    ['data.items.exists(i, i.n > data.limits[0])', { limits: [1], items: [{ n: 2 }] }, true],
    ['data.items.exists(i, i == data.main)', { main: {}, items: [{}] }, false],
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
    ['data.a.exists(x, x in data.b)', /inside a list, data can only be compared/],
    ['data.a.exists(x, data.b.contains(x))', /inside a list/],
    ['data.a.exists(x, data.b == data.c)', /inside a list/],
    ['data.a.exists(x, size(data.b + data.b) > x)', /inside a list/],
    ['cel.bind(y, data.b, data.a.exists(x, x in y))', /inside a list, y can only/],
    [`data.a == "${'x'.repeat(1000)}"`, /more than 1000/],
    [Array.from({ length: 60 }, () => 'data.a == 1').join('||'), /node|limit|exceed/i],
  ])('%s is refused', (text, why) => {
    expect(() => compileExpression(text)).toThrow(ExpressionError);
    expect(() => compileExpression(text)).toThrow(why);
  });

  it('that cannot be used any more matches nothing, and that is told once', () => {
    const told: object[] = [];
    onUnusableExpression((one) => void told.push(one));
    for (let i = 0; i < 3; i++) expect(storedExpression('nope == 1')(event({}))).toBe(false);
    expect(told).toEqual([{ expression: 'nope == 1', why: expect.stringMatching(/Unknown variable/) }]);
    expect(storedExpression('data.total > 1')(event({ total: 2 }))).toBe(true);
    // Nobody stores it again.
    expect(() => compileExpression('nope == 1')).toThrow(ExpressionError);
  });

  it('takes no longer for an event made to be slow than for its size', () => {
    const list = Array.from({ length: 30_000 }, (_, i) => i);
    const map = Object.fromEntries(list.map((i) => [`k${i}`, i]));
    const holds = compileExpression('data.a.exists(x, x == data.b)');
    const began = performance.now();
    expect(holds(event({ a: list.map(() => ({})), b: map }))).toBe(false);
    expect(holds(event({ a: list, b: list }))).toBe(false);
    // Quadratic, each would be minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
