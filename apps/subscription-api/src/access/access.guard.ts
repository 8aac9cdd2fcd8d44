import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { apiKeyHash } from '@posthorn/domain';
import { AppError } from '@posthorn/runtime';
import type { ApiKey } from '../keys/api-key.js';
import { ApiKeyStore } from '../keys/api-key.store.js';
import type { Tenant } from '../tenants/tenant.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { bodyMaxBytes } from '../answer.js';
import { REQUIREMENT, type Caller, type GuardedRequest, type Requirement } from './access.js';

const keyMaxChars = 256;

/**
 * Who calls, and for which tenant: the one place where tenants are kept apart. A tenant that is not the
 * caller's is answered like one that does not exist, and that before anything is said about scopes.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(TenantStore) private readonly tenants: TenantStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const requirement = this.reflector.get<Requirement | undefined>(REQUIREMENT, context.getHandler());
    // A route that forgot to say what it needs must not be open to everybody.
    if (!requirement) throw new Error(`no requirement on ${context.getHandler().name}`);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    // The server's own limit may be larger, where other services share it.
    if ((request.rawBody?.length ?? 0) > bodyMaxBytes)
      throw new AppError('too-large', `A body may have at most ${bodyMaxBytes} bytes.`);
    const key = await this.authenticate(request);
    request.logFields = { ...request.logFields, keyId: key.id };
    const tenant = await this.tenantFor(requirement, key, request.params as Record<string, string>);
    request.logFields['tenantId'] = tenant?.id ?? key.tenantId;
    if (requirement.tenant === 'none' && key.tenantId !== null)
      throw new AppError('forbidden', "This needs the operator's key.");
    if (!key.scopes.includes(requirement.scope))
      throw new AppError('forbidden', `This needs a key with the scope ${requirement.scope}.`);
    const caller: Caller = { keyId: key.id, tenantId: key.tenantId, scopes: key.scopes };
    request.access = { caller, ...(tenant ? { tenant } : {}) };
    return true;
  }

  private async authenticate(request: GuardedRequest): Promise<ApiKey> {
    const text = keyOf(request);
    const hash = text === undefined ? undefined : apiKeyHash(text);
    const key = hash === undefined ? undefined : await this.keys.findLive(hash);
    // The index has compared hashes, not keys; this comparison alone decides.
    if (!key || !timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash!)))
      throw new AppError(
        'unauthorized',
        'A valid API key is required: X-Api-Key, or Authorization: Bearer.',
        {
          headers: { 'www-authenticate': 'Bearer' },
        },
      );
    return key;
  }

  private async tenantFor(
    requirement: Requirement,
    key: ApiKey,
    params: Record<string, string>,
  ): Promise<Tenant | undefined> {
    if (requirement.tenant === 'none') return undefined;
    const wanted = requirement.tenant === 'path' ? params['tenantId'] : key.tenantId;
    const isForeign = wanted === null || (key.tenantId !== null && key.tenantId !== wanted);
    // What PostgreSQL cannot hold as text cannot be anybody's id.
    const tenant = isForeign || wanted.includes('\0') ? undefined : await this.tenants.find(wanted);
    if (!tenant || (requirement.profile && tenant.profile !== requirement.profile))
      throw new AppError('not-found', 'No such tenant, or not yours.');
    return tenant;
  }
}

/** `X-Api-Key` goes first: a proxy may have put an Authorization of its own. */
function keyOf({ headers }: GuardedRequest): string | undefined {
  const { authorization = '', 'x-api-key': header } = headers;
  const text = typeof header === 'string' ? header : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  return text && text.length <= keyMaxChars ? text : undefined;
}
