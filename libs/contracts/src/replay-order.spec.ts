import { decodeSeqs, encodeSeqs } from './replay-order.js';

describe('offsets in a replay’s order', () => {
  it.each([
    [[]],
    [[0]],
    [[0, 1, 2, 130, 131]],
    [[127, 128, 16_383, 16_384, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]],
  ])('are the same again: %j', (seqs) => {
    expect(decodeSeqs(encodeSeqs(seqs))).toEqual(seqs);
  });

  it('cost a byte or two each', () => {
    const seqs = Array.from({ length: 5_000 }, (_, i) => 1_000_000 + i * 3);
    expect(encodeSeqs(seqs).length).toBeLessThan(6_700);
  });

  it('are refused where they end in the middle of one', () => {
    expect(() => decodeSeqs(Buffer.from([0x81]).toString('base64'))).toThrow('these are no offsets');
  });
});
