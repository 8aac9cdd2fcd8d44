import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { userAgent } from '@posthorn/domain';
import { EgressClient, type UrlCheck } from '@posthorn/egress';
import { AppError } from '@posthorn/runtime';

/** A name server that does not answer must not make a person wait: every send asks again. */
const resolveMaxMs = 800;
const verifyMaxMs = 5_000;
const verificationsMax = 64;

/**
 * What can be found out about a receiver before anything is sent to it, through the guarded client alone.
 */
@Injectable()
export class ReceiverCheck implements OnApplicationShutdown {
  private verifying = 0;

  constructor(@Inject(EgressClient) private readonly egress: EgressClient) {}

  onApplicationShutdown(): Promise<void> {
    return this.egress.close(0);
  }

  /**
   * @throws AppError `invalid` for a URL that must not be called. A name that does not resolve (now) is
   * accepted.
   */
  async checkUrl(url: string): Promise<void> {
    const check = await soon(this.egress.checkUrl(url));
    if (check?.kind !== 'refused') return;
    throw new AppError('invalid', `/url: ${check.message}`, {
      errors: [{ pointer: '/url', detail: check.message }],
    });
  }

  /**
   * BRZ 365: the receiver has to answer HEAD with 2xx. That the request carries the Authorization header is
   * assumed, its documentation does not say: receivers are told to check it on every request.
   *
   * @throws AppError `verification-failed`, which tells what happened but nothing the receiver said
   */
  async verifyByHead(url: string, authorization: string): Promise<void> {
    if (this.verifying >= verificationsMax)
      throw new AppError('too-many-requests', 'Too many verifications are under way.', { retryAfterS: 1 });
    this.verifying++;
    try {
      const headers = ['Authorization', authorization, 'User-Agent', userAgent];
      const result = await this.egress.request({
        method: 'HEAD',
        url,
        headers,
        body: null,
        timeoutMs: verifyMaxMs,
      });
      if (result.kind === 'error') throw failed(`could not be reached: ${result.reason} (${result.message})`);
      const { status } = result;
      if (status < 200 || status > 299) throw failed(`answered HEAD with ${status} instead of 2xx`);
    } finally {
      this.verifying--;
    }
  }
}

function failed(what: string): AppError {
  return new AppError('verification-failed', `/url: the receiver ${what}.`, {
    errors: [{ pointer: '/url', detail: `the receiver ${what}` }],
  });
}

/** Undefined when it takes too long. */
async function soon(check: Promise<UrlCheck>): Promise<UrlCheck | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), resolveMaxMs);
  });
  return Promise.race([check, late]).finally(() => clearTimeout(timer));
}
