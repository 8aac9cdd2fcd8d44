import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { apiKeyHash } from '@posthorn/domain';
import {
  apiKeyOf,
  apiKeyRequired,
  AppError,
  noSuchTenant,
  RateLimits,
  scopesOf,
  sessionSetCookie,
  sessionTokenOf,
} from '@posthorn/runtime';
import type { FastifyReply } from 'fastify';
import { ApiKeyStore } from '../keys/api-key.store.js';
import { KeyUses } from '../keys/key-uses.service.js';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import type { Tenant } from '../tenants/tenant.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { SessionService } from '../users/session.service.js';
import { bodyMaxBytes } from '../answer.js';
import { REQUIREMENT, type Caller, type GuardedRequest, type Requirement } from './access.js';

/** A token of a quarter of an hour is renewed by whoever works on. */
const renewAfterMs = 5 * 60_000;

/**
 * Who calls, and for which tenant: the one place where tenants are kept apart. A tenant that is not the
 * caller's is answered like one that does not exist, and that before anything is said about scopes.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly limits: RateLimits;

  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(TenantStore) private readonly tenants: TenantStore,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(KeyUses) private readonly uses: KeyUses,
    @Inject(SubscriptionApiSettings) private readonly settings: SubscriptionApiSettings,
  ) {
    this.limits = new RateLimits({ perAddress: settings.ratePerAddress, perCaller: settings.ratePerKey });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = this.reflector.get<Requirement | undefined>(REQUIREMENT, context.getHandler());
    // A route that forgot to say what it needs must not be open to everybody.
    if (!requirement) throw new Error(`no requirement on ${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    // The server's own limit may be larger, where other services share it.
    if ((request.rawBody?.length ?? 0) > bodyMaxBytes)
      throw new AppError('too-large', `A body may have at most ${bodyMaxBytes} bytes.`);
    this.limits.takeAddress(request.ip);
    if (requirement.tenant === 'open') return true;
    const caller = await this.authenticate(request, context.switchToHttp().getResponse<FastifyReply>());
    this.limits.takeCaller(caller.keyId);
    request.callerId = caller.keyId;
    request.logFields = { ...request.logFields, keyId: caller.keyId };
    const tenant = await this.tenantFor(requirement, caller, request.params as Record<string, string>);
    request.logFields['tenantId'] = tenant?.id ?? caller.tenantId;
    if (requirement.tenant === 'none' && caller.tenantId !== null)
      throw new AppError('forbidden', "This needs the operator's key.");
    if (requirement.tenant !== 'self' && !caller.scopes.includes(requirement.scope))
      throw new AppError('forbidden', `This needs a key with the scope ${requirement.scope}.`);
    request.access = { caller, ...(tenant ? { tenant } : {}) };
    return true;
  }

  /** By an API key, or else by the portal's session. */
  private async authenticate(request: GuardedRequest, reply: FastifyReply): Promise<Caller> {
    const text = apiKeyOf(request.headers);
    if (text !== undefined) return this.byKey(text);
    const token = sessionTokenOf(request.method, request.headers);
    const session = token === undefined ? undefined : await this.sessions.find(token);
    if (!session) throw apiKeyRequired();
    if (Date.now() - session.issuedAtMs > renewAfterMs) {
      const cookie = sessionSetCookie(await this.sessions.refresh(session), {
        secure: this.settings.cookieSecure,
      });
      reply.header('set-cookie', cookie);
    }
    const { subject, tenantId, role } = session;
    return { keyId: subject, tenantId, scopes: scopesOf(role), role };
  }

  private async byKey(text: string): Promise<Caller> {
    const hash = apiKeyHash(text);
    const key = await this.keys.findLive(hash);
    // The index has compared hashes, not keys; this comparison alone decides.
    if (!key || !timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash))) throw apiKeyRequired();
    this.uses.note(key.id);
    return { keyId: key.id, tenantId: key.tenantId, scopes: key.scopes };
  }

  private async tenantFor(
    requirement: Requirement,
    key: Caller,
    params: Record<string, string>,
  ): Promise<Tenant | undefined> {
    if (requirement.tenant === 'none' || requirement.tenant === 'self') return undefined;
    const wanted = requirement.tenant === 'path' ? params['tenantId'] : key.tenantId;
    const isForeign = wanted === null || (key.tenantId !== null && key.tenantId !== wanted);
    // What PostgreSQL cannot hold as text cannot be anybody's id.
    const tenant = isForeign || wanted.includes('\0') ? undefined : await this.tenants.find(wanted);
    if (!tenant || (requirement.profile && tenant.profile !== requirement.profile)) throw noSuchTenant();
    return tenant;
  }
}
