import { createHash } from 'node:crypto';
import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { AppError } from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { GuardedRequest } from '../access/access.js';
import { underClaim, type Claim } from './claim.js';
import { IdempotencyStore } from './idempotency.store.js';

/**
 * `Idempotency-Key` on every POST (draft-ietf-httpapi-idempotency-key-header): the same request under the
 * same key is carried out once and answered the same, another one is refused. Errors are not kept: whoever
 * mends what was wrong may use the key again.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(IdempotencyStore) private readonly store: IdempotencyStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<GuardedRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
      throw new AppError('invalid', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
    const claim = { callerId: request.access?.caller.keyId ?? '', key, fingerprint: fingerprintOf(request) };
    return from(this.once(claim, http.getResponse<FastifyReply>(), next));
  }

  private async once(claim: Claim, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const known = await this.store.begin(claim);
    if (known) {
      reply.status(known.status).header('idempotency-replayed', 'true');
      return known.body;
    }
    try {
      const body: unknown = await underClaim(claim, () =>
        lastValueFrom(next.handle(), { defaultValue: undefined }),
      );
      await this.store.finish(claim, { status: reply.statusCode, body });
      return body;
    } catch (error) {
      await this.store.release(claim).catch(() => undefined);
      throw error;
    }
  }
}

function fingerprintOf({ method, url, rawBody }: GuardedRequest): string {
  const hash = createHash('sha256').update(`${method} ${url}\n`);
  return hash.update(rawBody ?? '').digest('hex');
}
