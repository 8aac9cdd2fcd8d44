import { formatTraceparent, parseTraceparent } from './tracing.js';

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
});
