import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { Transaction } from './database.js';
import type { ServiceRequest } from './http.js';
import { IdempotencyStore, type Claim } from './idempotency-store.js';
import { AppError } from './problem.js';

const claims = new AsyncLocalStorage<Claim>();

/**
 * To be called in the transaction that carries a request out: then a repeat of it does not carry it out
 * again, even if the process dies before it has answered.
 */
export async function markClaim(tx: Transaction): Promise<void> {
  const claim = claims.getStore();
  if (!claim) return;
  await tx.query('UPDATE idempotency_keys SET committed = true WHERE caller_id = $1 AND key = $2', [
    claim.callerId,
    claim.key,
  ]);
}

/**
 * `Idempotency-Key` on every POST (draft-ietf-httpapi-idempotency-key-header): the same request under the
 * same key is carried out once and answered the same, another one is refused. Errors are not kept: whoever
 * mends what was wrong may use the key again. Behind the guard, which says who calls.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(IdempotencyStore) private readonly store: IdempotencyStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<ServiceRequest>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key))
      throw new AppError('invalid', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
    const claim = { callerId: request.callerId ?? '', key, fingerprint: fingerprintOf(request) };
    return from(this.once(claim, http.getResponse<FastifyReply>(), next));
  }

  private async once(claim: Claim, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const known = await this.store.begin(claim);
    if (known) {
      reply.status(known.status).header('idempotency-replayed', 'true');
      return known.body;
    }
    try {
      const body: unknown = await claims.run(claim, () =>
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

function fingerprintOf({ method, url, rawBody }: ServiceRequest): string {
  const hash = createHash('sha256').update(`${method} ${url}\n`);
  return hash.update(rawBody ?? '').digest('hex');
}
