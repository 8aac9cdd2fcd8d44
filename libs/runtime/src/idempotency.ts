import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Inject,
  Injectable,
  SetMetadata,
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

/** `repeated`: it was carried out before, with the same body. */
const claims = new AsyncLocalStorage<{ claim: Claim; repeated: boolean }>();
const COMPARED = 'posthorn:compared';
const keyForm = /^[\x21-\x7e]{1,255}$/;

/**
 * For a route whose answer is a secret that is kept nowhere, such as a session: under a known
 * `Idempotency-Key` another request is refused, and the same one carried out again. The route may ask
 * `isRepeat`.
 */
export const ComparedOnly = (): MethodDecorator => SetMetadata(COMPARED, true);

/** Whether the request under way was carried out before, under its `Idempotency-Key`. */
export const isRepeat = (): boolean => claims.getStore()?.repeated === true;

/** @throws AppError `invalid`; undefined where there is none */
export function idempotencyKeyOf(headers: Record<string, unknown>): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && keyForm.test(key))) return key;
  throw new AppError('invalid', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
}

/**
 * To be called in the transaction that carries a request out: then a repeat of it does not carry it out
 * again, even if the process dies before it has answered.
 */
export async function markClaim(tx: Transaction): Promise<void> {
  const claim = claims.getStore()?.claim;
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
    const key = request.method === 'POST' ? idempotencyKeyOf(request.headers) : undefined;
    if (key === undefined) return next.handle();
    const { method, url, rawBody = '' } = request;
    // Whoever is nobody yet has keys of his address.
    const callerId = request.callerId ?? `address ${request.ip}`;
    const claim = { callerId, key, fingerprints: this.store.fingerprintsOf(`${method} ${url}`, rawBody) };
    if (Reflect.getMetadata(COMPARED, context.getHandler())) return from(this.compared(claim, next));
    return from(this.once(claim, http.getResponse<FastifyReply>(), next));
  }

  private async once(claim: Claim, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const known = await this.store.begin(claim);
    if (known) {
      reply.status(known.status).header('idempotency-replayed', 'true');
      if (known.etag !== undefined) reply.header('etag', known.etag);
      return known.body;
    }
    try {
      const body = await carriedOut({ claim, repeated: false }, next);
      const etag = reply.getHeader('etag');
      await this.store.finish(claim, {
        ...{ status: reply.statusCode, body },
        ...(typeof etag === 'string' ? { etag } : {}),
      });
      return body;
    } catch (error) {
      await this.store.release(claim).catch(() => undefined);
      throw error;
    }
  }

  private async compared(claim: Claim, next: CallHandler): Promise<unknown> {
    const repeated = await this.store.compare(claim);
    try {
      const body = await carriedOut({ claim, repeated }, next);
      await this.store.settle(claim);
      return body;
    } catch (error) {
      await this.store.release(claim).catch(() => undefined);
      throw error;
    }
  }
}

function carriedOut(claimed: { claim: Claim; repeated: boolean }, next: CallHandler): Promise<unknown> {
  return claims.run(claimed, () => lastValueFrom(next.handle(), { defaultValue: undefined }));
}
