import { AppError } from '@posthorn/runtime';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const windowS = 10;

/**
 * Requests a second, on average over ten seconds, of one address and of one caller; in each process. Zero
 * is no limit. Addresses count before anything is looked up, so guessing keys is bounded too.
 */
export class RateLimits {
  private readonly addresses: RateLimiterMemory | undefined;
  private readonly callers: RateLimiterMemory | undefined;

  constructor({ perAddress, perCaller }: { perAddress: number; perCaller: number }) {
    this.addresses = limiter(perAddress);
    this.callers = limiter(perCaller);
  }

  /** @throws AppError `too-many-requests` */
  takeAddress(address: string): Promise<void> {
    return take(this.addresses, address);
  }

  /** @throws AppError `too-many-requests` */
  takeCaller(id: string): Promise<void> {
    return take(this.callers, id);
  }
}

function limiter(perS: number): RateLimiterMemory | undefined {
  return perS > 0 ? new RateLimiterMemory({ points: perS * windowS, duration: windowS }) : undefined;
}

async function take(limits: RateLimiterMemory | undefined, key: string): Promise<void> {
  try {
    await limits?.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterS = Math.max(1, error.msBeforeNext / 1000);
    throw new AppError('too-many-requests', 'Too many requests; try again later.', { retryAfterS });
  }
}
