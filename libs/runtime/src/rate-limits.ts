import { AppError } from './problem.js';

const windowMs = 10_000;
/** Addresses or callers that are counted one by one in a window; whoever comes after them shares a count. */
const countedMax = 100_000;
const others = '';

/**
 * Requests a second, on average over ten seconds, of one address and of one caller; in each process. Zero is
 * no limit. Addresses count before anything is looked up, so guessing keys is bounded too. A request costs
 * an entry of a map: no timers, no promises.
 */
export class RateLimits {
  private readonly addresses: Counts | undefined;
  private readonly callers: Counts | undefined;

  constructor({ perAddress, perCaller }: { perAddress: number; perCaller: number }) {
    this.addresses = perAddress > 0 ? new Counts(perAddress) : undefined;
    this.callers = perCaller > 0 ? new Counts(perCaller) : undefined;
  }

  /** @throws AppError `too-many-requests` */
  takeAddress(address: string): void {
    this.addresses?.take(address);
  }

  /** @throws AppError `too-many-requests` */
  takeCaller(id: string): void {
    this.callers?.take(id);
  }
}

/** All keys begin anew at the same moment: nothing has to be remembered of when each of them began. */
class Counts {
  private counts = new Map<string, number>();
  private endsMs = -Infinity;
  private readonly max: number;

  constructor(perS: number) {
    this.max = (perS * windowMs) / 1_000;
  }

  take(key: string): void {
    const nowMs = performance.now();
    if (nowMs >= this.endsMs) {
      this.counts = new Map();
      this.endsMs = nowMs + windowMs;
    }
    const counted = this.counts.size < countedMax || this.counts.has(key) ? key : others;
    const count = (this.counts.get(counted) ?? 0) + 1;
    if (count > this.max)
      throw new AppError('too-many-requests', 'Too many requests; try again later.', {
        retryAfterS: Math.max(1, (this.endsMs - nowMs) / 1_000),
      });
    this.counts.set(counted, count);
  }
}
