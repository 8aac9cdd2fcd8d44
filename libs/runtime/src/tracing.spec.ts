import { formatTraceparent, newTraceparent, parseTraceparent } from './tracing.js';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('traceparent', () => {
  it('is read and written', () => {
    expect(parseTraceparent(parent)).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      sampled: true,
    });
    expect(formatTraceparent(parseTraceparent(parent)!)).toBe(parent);
    expect(parseTraceparent(parent.replace(/01$/, '00'))?.sampled).toBe(false);
    expect(parseTraceparent(`${parent.replace(/^00/, '01')}-what-comes-later`)?.sampled).toBe(true);
  });

  it.each([
    undefined,
    '',
    'x',
    parent.toUpperCase(),
    parent.replace(/^00/, 'ff'),
    `${parent}-more`,
    parent.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    parent.replace('00f067aa0ba902b7', '0'.repeat(16)),
  ])('%s is none', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('gets a child in the same trace, or starts a new one', () => {
    const child = parseTraceparent(newTraceparent(parent))!;
    expect(child.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(child.spanId).not.toBe('00f067aa0ba902b7');
    expect(parseTraceparent(newTraceparent(parent.replace(/01$/, '00')))?.sampled).toBe(false);
    const [one, two] = [newTraceparent(), newTraceparent('broken')].map(parseTraceparent);
    expect(one?.traceId).not.toBe(two?.traceId);
    expect(two?.sampled).toBe(true);
  });
});
