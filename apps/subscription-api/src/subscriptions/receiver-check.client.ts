import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { profileOf, userAgent } from '@posthorn/domain';
import { EgressClient, type EgressRequest, type EgressResult, type UrlCheck } from '@posthorn/egress';
import { AppError } from '@posthorn/runtime';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { ReceiverTurns } from './receiver-turns.js';

/** A name server that does not answer must not make a person wait: every send asks again. */
const resolveMaxMs = 800;
const verifyMaxMs = 5_000;
/** In each process, and of one tenant: a slow receiver takes nobody else's turn. Tests have their own. */
const verificationsMax = 64;
const testsMax = 32;
const perTenantMax = 8;

/**
 * What can be found out about a receiver before anything is sent to it, through the guarded client alone.
 */
@Injectable()
export class ReceiverCheck implements OnApplicationShutdown {
  private readonly verifications = new ReceiverTurns(verificationsMax, perTenantMax);
  private readonly tests = new ReceiverTurns(testsMax, perTenantMax);

  constructor(
    @Inject(EgressClient) private readonly egress: EgressClient,
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
  ) {}

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
  async verifyByHead(tenantId: string, url: string, authorization: string): Promise<void> {
    const headers = ['Authorization', authorization, 'User-Agent', userAgent];
    await this.agreed(tenantId, { method: 'HEAD', url, headers, body: null, timeoutMs: verifyMaxMs });
  }

  /**
   * CloudEvents' abuse protection (HTTP 1.1 Web Hooks for Event Delivery, section 4): the receiver has to
   * allow this sender by name, or everybody.
   *
   * @returns deliveries a second that the receiver allows (it says them a minute); null for any number
   * @throws AppError `verification-failed`
   */
  async verifyByOptions(tenantId: string, url: string): Promise<number | null> {
    const origin = this.settings.webhookOrigin;
    const headers = ['WebHook-Request-Origin', origin, 'User-Agent', userAgent];
    const request = { method: 'OPTIONS', url, headers, body: null, timeoutMs: verifyMaxMs } as const;
    const answer = await this.agreed(tenantId, request);
    const allowed = (answer.headers['webhook-allowed-origin'] ?? '').split(',').map((text) => text.trim());
    if (!allowed.some((text) => text === '*' || text.toLowerCase() === origin.toLowerCase()))
      throw failed(`does not allow ${origin} in WebHook-Allowed-Origin`);
    const rate = answer.headers['webhook-allowed-rate']?.trim();
    if (rate === undefined || rate === '*') return null;
    const perMinute = /^\d{1,9}$/.test(rate) ? Number(rate) : 0;
    if (perMinute < 1) throw failed('says a WebHook-Allowed-Rate that is no number of requests a minute');
    return perMinute / 60;
  }

  /**
   * A signed POST with a random challenge, which the receiver has to send back: as its body, or in a JSON
   * field `challenge`.
   *
   * @throws AppError `verification-failed`
   */
  async verifyByChallenge(tenantId: string, url: string, secret: string): Promise<void> {
    const challenge = randomBytes(24).toString('base64url');
    const profile = profileOf('standard');
    const id = `evt_${challenge}`;
    const now = Date.now();
    const event = { id, tenantId: '', type: 'posthorn.verification', entity: null };
    const data = Buffer.from(JSON.stringify({ challenge }));
    const body = profile.render({ ...event, timestamp: new Date(now).toISOString(), data });
    const headers = [
      ...['content-type', profile.contentType, 'user-agent', userAgent, 'webhook-id', id],
      ...profile.authHeaders(profile.openKeys([secret]), event, body, now),
    ];
    const request = { method: 'POST', url, headers, body, timeoutMs: verifyMaxMs } as const;
    const answer = await this.agreed(tenantId, request);
    if (!isAnswer(answer.body.toString('utf8').trim(), challenge))
      throw failed('did not send the challenge back');
  }

  /** A request of a test. @throws AppError `too-many-requests` */
  test(tenantId: string, request: EgressRequest): Promise<EgressResult> {
    return this.tests.take(tenantId, () => this.egress.request(request));
  }

  private async agreed(
    tenantId: string,
    request: EgressRequest,
  ): Promise<Extract<EgressResult, { kind: 'response' }>> {
    const result = await this.verifications.take(tenantId, () => this.egress.request(request));
    if (result.kind === 'error') throw failed(`could not be reached: ${result.reason} (${result.message})`);
    const { status } = result;
    if (status < 200 || status > 299)
      throw failed(`answered ${request.method} with ${status} instead of 2xx`);
    return result;
  }
}

function isAnswer(text: string, challenge: string): boolean {
  if (text === challenge) return true;
  try {
    return (JSON.parse(text) as { challenge?: unknown } | null)?.challenge === challenge;
  } catch {
    return false;
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
