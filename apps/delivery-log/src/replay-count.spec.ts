import { counted, farApart, pieceSeqs } from './replay-count.js';

const range = { fromSeq: 1_000, untilSeq: 1_000 + 10 * pieceSeqs - 7 };
const half = ({ fromSeq, untilSeq }: { fromSeq: number; untilSeq: number }) =>
  Promise.resolve((untilSeq - fromSeq) / 2);

it('counts every place once', async () => {
  const seen: number[] = [];
  const count = (piece: { fromSeq: number; untilSeq: number }) => {
    for (let seq = piece.fromSeq; seq < piece.untilSeq; seq += 10_000) seen.push(seq);
    return half(piece);
  };
  const all = (range.untilSeq - range.fromSeq) / 2;
  expect(await counted(range, 5_000, count)).toEqual({ count: all, estimated: false });
  expect(new Set(seen).size).toBe(seen.length);
  expect(Math.min(...seen)).toBe(range.fromSeq);
});

it('says so when it had no time for all of it', async () => {
  let now = 0;
  const slow = (piece: { fromSeq: number; untilSeq: number }) => {
    now += 2_000;
    return half(piece);
  };
  expect(await counted(range, 5_000, slow, () => now)).toEqual({
    ...{ count: Math.round((range.untilSeq - range.fromSeq) / 2), estimated: true },
  });
});

it('says so when a piece takes too long', async () => {
  const tooLong = Object.assign(new Error('canceling statement'), { code: '57014' });
  const never = () => Promise.reject(tooLong);
  expect(await counted(range, 5_000, never)).toEqual({
    ...{ count: range.untilSeq - range.fromSeq, estimated: true },
  });
  await expect(counted(range, 5_000, () => Promise.reject(new Error('other')))).rejects.toThrow('other');
});

it('of nothing there is nothing to count', async () => {
  const none = await counted({ fromSeq: 9, untilSeq: 4 }, 5_000, () => Promise.reject(new Error('asked')));
  expect(none).toEqual({ count: 0, estimated: false });
});

it.each([1, 2, 3, 7, 10, 64, 1_000])('looks at all of %d pieces, the first ones far apart', (n) => {
  const order = [...farApart(n)];
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  if (n > 9) expect(Math.abs(order[1] - order[0])).toBeGreaterThan(n / 4);
});
