import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { KeyHolder } from '@posthorn/domain';
import {
  apiKeyOf,
  apiKeyRequired,
  AppError,
  KeyUseNotes,
  noSuchTenant,
  RateLimits,
  scopesOf,
  type ServiceRequest,
  sessionTokenOf,
  verifySession,
} from '@posthorn/runtime';
import { DirectoryClient } from './directory.client.js';
import { LogProducer } from './log-producer.client.js';

const MANAGES = 'posthorn:manages';

/** What takes longer than a moment asks again: whether the caller would still be let in now. */
export type LongRequest = ServiceRequest & { stillMay: () => boolean };

type Caller = KeyHolder & { holds: () => boolean };

/** A route that changes something: `read` is not enough for it. */
export const Manages = (): MethodDecorator => SetMetadata(MANAGES, true);

/**
 * Who may read a tenant's log: keys of that tenant and operators, with the scope `read` or `manage`; what
 * changes something needs `manage`. A tenant that is not the caller's is answered like one that does not
 * exist.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  private readonly uses: KeyUseNotes;

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(DirectoryClient) private readonly directory: DirectoryClient,
    @Inject(RateLimits) private readonly limits: RateLimits,
    @Inject(LogProducer) producer: LogProducer,
  ) {
    this.uses = new KeyUseNotes((keyId, at) => producer.tellKeyUse(keyId, at));
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<ServiceRequest & Partial<LongRequest>>();
    this.limits.takeAddress(request.ip);
    const { tenantId } = request.params as { tenantId: string };
    const key = apiKeyOf(request.headers);
    const holder = (key === undefined && (await this.sessionOf(request))) || (await this.authenticate(key));
    this.limits.takeCaller(holder.keyId);
    if (key !== undefined) this.uses.note(holder.keyId);
    request.callerId = holder.keyId;
    request.stillMay = () =>
      this.directory.usable && this.directory.tenant(tenantId) !== undefined && holder.holds();
    request.logFields = { ...request.logFields, keyId: holder.keyId, tenantId: holder.tenantId };
    const isForeign = holder.tenantId !== null && holder.tenantId !== tenantId;
    if (isForeign || !(await this.exists(tenantId))) throw noSuchTenant();
    request.logFields.tenantId = tenantId;
    const manages = this.reflector.get<boolean | undefined>(MANAGES, context.getHandler()) === true;
    if (holder.scopes.includes('manage') || (!manages && holder.scopes.includes('read'))) return true;
    throw new AppError('forbidden', `This needs a key with the scope ${manages ? 'manage' : 'read'}.`);
  }

  private async authenticate(key: string | undefined): Promise<Caller> {
    this.expectUsable();
    if (key === undefined) throw apiKeyRequired();
    const holds = (): boolean => this.directory.authenticate(key) !== undefined;
    const holder = this.directory.authenticate(key);
    if (holder) return { ...holder, holds };
    // It may have been made a moment ago.
    await this.directory.readToEnd();
    const known = this.directory.authenticate(key);
    if (!known) throw apiKeyRequired();
    return { ...known, holds };
  }

  /** The portal's session: its token says who it is, the directory whether it still holds. */
  private async sessionOf(request: ServiceRequest): Promise<Caller | undefined> {
    const token = sessionTokenOf(request.method, request.headers);
    if (token === undefined) return undefined;
    this.expectUsable();
    const publicKey = this.directory.sessionPublicKey;
    const session = publicKey === undefined ? undefined : await verifySession(token, publicKey);
    if (!session) return undefined;
    // Its user may have been made a moment ago.
    if (!this.directory.sessionHolds(session)) await this.directory.readToEnd();
    if (!this.directory.sessionHolds(session)) return undefined;
    const holds = (): boolean => session.endsAtMs > Date.now() && this.directory.sessionHolds(session);
    return { keyId: session.subject, tenantId: session.tenantId, scopes: scopesOf(session.role), holds };
  }

  private async exists(tenantId: string): Promise<boolean> {
    if (this.directory.tenant(tenantId)) return true;
    await this.directory.readToEnd();
    return this.directory.tenant(tenantId) !== undefined;
  }

  private expectUsable(): void {
    if (this.directory.usable) return;
    throw new AppError('unavailable', 'Keys and tenants are not known at the moment.', { retryAfterS: 1 });
  }
}
