import { Gate } from './concurrency.js';

describe('a gate', () => {
  it('lets so many in at a time, in the order they came, also behind one that fails', async () => {
    const gate = new Gate(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    let inside = 0;
    let most = 0;
    const all = Array.from({ length: 6 }, (_, n) =>
      gate.run(async () => {
        begun.push(n);
        most = Math.max(most, ++inside);
        await new Promise<void>((resolve) => ends.push(resolve));
        inside--;
        if (n === 1) throw new Error('failed');
        return n;
      }),
    );
    const results = Promise.allSettled(all);
    for (let n = 0; n < 6; n++) {
      await new Promise((resolve) => setImmediate(resolve));
      ends.shift()!();
    }
    expect((await results).map(({ status }) => status === 'fulfilled')).toEqual([
      true,
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
    expect(await gate.run(async () => 'free again')).toBe('free again');
  });
});
