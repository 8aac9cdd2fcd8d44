/** Chance that a seed repeats: what a run does at random it does again with the same seed. */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    return mixed(this.state) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    const taken: T[] = [];
    while (left.length > 0) taken.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return taken;
  }
}

/** In [0, 1), and the same for the same numbers, in whatever order they are asked for. */
export function chance(...parts: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const part of parts) state = mixed((state ^ part) >>> 0);
  return state / 2 ** 32;
}

function mixed(seed: number): number {
  let value = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return (value ^ (value >>> 15)) >>> 0;
}
