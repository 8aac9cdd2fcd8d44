import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Scope } from '@posthorn/contracts';
import type { ProfileName } from '@posthorn/domain';
import { admittedTrace, type ServiceRequest, type SessionRole } from '@posthorn/runtime';
import type { Author } from '../aggregates/event.store.js';
import type { Tenant } from '../tenants/tenant.js';

export const REQUIREMENT = 'posthorn:access';

export type Requirement = {
  scope: Scope;
  /**
   * Where the tenant comes from: the path, or the key. `none`: a route of the operator's; `self`: about the
   * caller; `open`: for everybody.
   */
  tenant: 'path' | 'key' | 'none' | 'self' | 'open';
  /** The route exists for tenants of this profile only. */
  profile?: ProfileName;
};

/** `keyId`: of the API key, the user, or the portal link. `role`: of a session. */
export type Caller = {
  keyId: string;
  tenantId: string | null;
  scopes: readonly Scope[];
  role?: SessionRole;
};

/** Set by the guard. */
export type GuardedRequest = ServiceRequest & { access?: { caller: Caller; tenant?: Tenant } };

/** What a route needs. Every route under the guard has one. */
export const Needs = (scope: Scope, rest: Omit<Requirement, 'scope'> = { tenant: 'path' }): MethodDecorator =>
  SetMetadata(REQUIREMENT, { scope, ...rest } satisfies Requirement);

/** A route for callers who are nobody yet. */
export const Open = (): MethodDecorator =>
  SetMetadata(REQUIREMENT, { scope: 'read', tenant: 'open' } satisfies Requirement);

function accessOf(context: ExecutionContext): { caller: Caller; tenant?: Tenant; request: GuardedRequest } {
  const request = context.switchToHttp().getRequest<GuardedRequest>();
  if (!request.access) throw new Error('the access guard did not run');
  return { ...request.access, request };
}

/** The tenant that the route is about. */
export const CurrentTenant = createParamDecorator((_: unknown, context: ExecutionContext): Tenant => {
  const { tenant } = accessOf(context);
  if (!tenant) throw new Error('the route has no tenant');
  return tenant;
});

export const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller => accessOf(context).caller,
);

/** Who writes, for the event store. */
export const CurrentAuthor = createParamDecorator((_: unknown, context: ExecutionContext): Author => {
  const { caller, request } = accessOf(context);
  const { traceparent } = admittedTrace(request) ?? {};
  return { actor: caller.keyId, origin: request.ip, ...(traceparent ? { traceparent } : {}) };
});
