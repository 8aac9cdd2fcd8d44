import fc from 'fast-check';
import { KeptBody } from './kept-body.js';

/**
 * A chunk as a socket delivers it: a view of a larger read buffer, which is overwritten once it was handed
 * over.
 */
const inside = (text: string, bufferBytes: number) => {
  const buffer = Buffer.alloc(bufferBytes, '-');
  const chunk = buffer.subarray(10, 10 + buffer.write(text, 10));
  return { chunk, overwrite: () => buffer.fill('!') };
};

describe('KeptBody', () => {
  it('is what came, up to its limit, however it was cut up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.integer({ min: 1, max: 200 }),
        (parts, max) => {
          const body = new KeptBody(max);
          const fitted = parts.map((part) => body.add(Buffer.from(part)));
          const whole = Buffer.concat(parts);
          expect(body.take()).toEqual(whole.subarray(0, max));
          expect(fitted.every(Boolean)).toBe(whole.length <= max);
        },
      ),
    );
  });

  it('is empty when nothing came', () => expect(new KeptBody(10).take()).toHaveLength(0));

  it('copies nothing where one chunk is most of its read buffer', () => {
    const { chunk } = inside('hello', 400);
    const body = new KeptBody(16_384);
    body.add(chunk);
    expect(body.take().buffer).toBe(chunk.buffer);
  });

  it('holds no read buffer that is mostly something else', () => {
    const body = new KeptBody(16_384);
    for (const letter of 'hello') {
      const { chunk, overwrite } = inside(letter, 65_536);
      body.add(chunk);
      overwrite();
    }
    expect([body.take().toString(), body.take().buffer.byteLength <= 8_192]).toEqual(['hello', true]);
  });
});
