import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { AppError, Gate } from '@posthorn/runtime';

/** OWASP's minimum for Argon2id, the library's default algorithm: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Half of the threads that files and names need, too. */
const atOnceMax = 2;
/** About a second's worth. */
const waitingMax = 50;

/** Passwords, a few at a time: whoever logs in a thousand times at once costs others their turn, no more. */
@Injectable()
export class Passwords {
  private readonly gate = new Gate(atOnceMax);
  private underWay = 0;
  private nobody: Promise<string> | undefined;

  /** @throws AppError `unavailable` when too many wait already */
  hash(password: string): Promise<string> {
    return this.turn(() => hash(password, cost));
  }

  /**
   * Takes as long for a user who does not exist: the time of an answer tells nobody who does.
   *
   * @throws AppError `unavailable` when too many wait already
   */
  async fits(password: string, passwordHash: string | undefined): Promise<boolean> {
    const known = passwordHash ?? (await (this.nobody ??= hash('nobody', cost)));
    const fits = await this.turn(() => verify(known, password));
    return fits && passwordHash !== undefined;
  }

  private async turn<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay >= atOnceMax + waitingMax)
      throw new AppError('unavailable', 'Too many are logging in at once; try again.', { retryAfterS: 1 });
    this.underWay++;
    try {
      return await this.gate.run(work);
    } finally {
      this.underWay--;
    }
  }
}
