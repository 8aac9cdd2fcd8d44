import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@posthorn/runtime';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { SubscriptionApiSettings } from '../subscription-api.config.js';

const windowS = 15 * 60;
/** Wrong passwords in a quarter of an hour, in each process. */
const failuresPerUser = 10;
const failuresPerAddress = 50;

const secret = randomBytes(32);

/**
 * Where names are counted: so many places at most, whatever names somebody invents; and nobody can tell which
 * names share one.
 */
const placeOf = (name: string): string => createHmac('sha256', secret).update(name).digest('hex').slice(0, 4);

/** An attempt costs before the password is looked at: many at once are as many as one after the other. */
@Injectable()
export class PasswordThrottle {
  private readonly countsAddresses: boolean;
  private readonly byUser = new RateLimiterMemory({ points: failuresPerUser, duration: windowS });
  private readonly byAddress = new RateLimiterMemory({ points: failuresPerAddress, duration: windowS });

  constructor(@Inject(SubscriptionApiSettings) settings: SubscriptionApiSettings) {
    const { ratePerAddress, trustedProxies } = settings;
    // Behind a proxy that is not trusted all have one address: one who guesses would keep everybody out.
    this.countsAddresses = ratePerAddress > 0 || trustedProxies.length > 0;
  }

  /**
   * What is right gives the attempt back; what fails for another reason than the password too.
   *
   * @param who whose password it is: what he logs in with, or his id
   * @param isRight answers whether it was right
   * @throws AppError `too-many-requests`
   */
  async attempt(who: string, address: string, isRight: () => Promise<boolean>): Promise<boolean> {
    const [user, from] = [placeOf(who), placeOf(address)];
    if (this.countsAddresses) await take(this.byAddress, from);
    let counts = false;
    try {
      // Who is kept out for his name's sake does not use up his address, too.
      await take(this.byUser, user);
      counts = !(await this.isRight(user, isRight));
      return !counts;
    } finally {
      if (this.countsAddresses && !counts) await this.byAddress.reward(from);
    }
  }

  private async isRight(user: string, ask: () => Promise<boolean>): Promise<boolean> {
    let counts = false;
    try {
      const right = await ask();
      counts = !right;
      return right;
    } finally {
      // Its own attempt only: whose wrong ones share the place, they stay counted.
      if (!counts) await this.byUser.reward(user);
    }
  }
}

async function take(limiter: RateLimiterMemory, place: string): Promise<void> {
  try {
    await limiter.consume(place);
  } catch (spent) {
    if (!(spent instanceof RateLimiterRes)) throw spent;
    const retryAfterS = Math.max(1, spent.msBeforeNext / 1000);
    throw new AppError('too-many-requests', 'Too many wrong passwords; try again later.', { retryAfterS });
  }
}
