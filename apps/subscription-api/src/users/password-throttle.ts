import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@posthorn/runtime';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { SubscriptionApiSettings } from '../subscription-api.config.js';

const windowS = 15 * 60;
/** Wrong passwords in a quarter of an hour, in each process. */
const failuresPerUser = 10;
const failuresPerAddress = 50;

/** Where names are counted: so many places at most, whatever names somebody invents. */
const placeOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 4);

/** An attempt costs before the password is looked at: many at once are as many as one after the other. */
@Injectable()
export class PasswordThrottle {
  private readonly countsAddresses: boolean;
  private readonly byUser = new RateLimiterMemory({ points: failuresPerUser, duration: windowS });
  private readonly byAddress = new RateLimiterMemory({ points: failuresPerAddress, duration: windowS });

  constructor(@Inject(SubscriptionApiSettings) { ratePerAddress }: SubscriptionApiSettings) {
    // Behind a proxy that is not trusted all have one address: one who guesses would keep everybody out.
    this.countsAddresses = ratePerAddress > 0;
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
    await take(this.byUser, user);
    let counts = false;
    try {
      const right = await isRight();
      counts = !right;
      if (right) await this.byUser.delete(user);
      return right;
    } catch (error) {
      await this.byUser.reward(user);
      throw error;
    } finally {
      if (this.countsAddresses && !counts) await this.byAddress.reward(from);
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
