import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DirectoryState } from '@posthorn/domain';
import { RateLimits, sessionSigner, signSession, type Session } from '@posthorn/runtime';
import type { DirectoryClient } from './directory.client.js';
import type { LogProducer } from './log-producer.client.js';
import { type LongRequest, Manages, TenantGuard } from './tenant.guard.js';

const signer = sessionSigner(Buffer.alloc(32, 1));
const begunMs = Date.now();
const session = (more: Partial<Session> = {}): Session => ({
  id: 'ses_1',
  subject: 'usr_1',
  tenantId: 't',
  role: 'tenant-viewer',
  generation: begunMs,
  issuedAtMs: begunMs,
  endsAtMs: begunMs + 3_600_000,
  ...more,
});

class Routes {
  read(): void {}
  @Manages()
  change(): void {}
}

type Given = {
  tenantId?: string;
  route?: keyof Routes;
  sessionsFrom?: number;
  removedAt?: number | null;
  limits?: RateLimits;
};

/** A request with this session, and what the directory knows. */
async function asked(wanted: Session, given: Given = {}) {
  const { tenantId = 't', route = 'read', sessionsFrom = begunMs, removedAt = null } = given;
  const state = new DirectoryState();
  state.apply({ kind: 'tenant', id: 't', profile: 'standard', name: 't', version: 1 });
  state.apply({ kind: 'tenant', id: 'other', profile: 'standard', name: 'other', version: 1 });
  state.apply({ kind: 'session-key', id: 'current', publicKey: signer.publicKey, version: 1 });
  state.apply({ kind: 'user', id: 'usr_1', sessionsFrom, removedAt, version: 1 });
  state.apply({ kind: 'user', id: 'lnk_2', sessionsFrom, removedAt: begunMs, version: 2 });
  const directory = {
    usable: true,
    sessionPublicKey: state.sessionPublicKey,
    sessionHolds: (one: Session) => state.sessionHolds(one),
    tenant: (id: string) => state.tenant(id),
    authenticate: () => undefined,
    readToEnd: () => Promise.resolve(),
  };
  const cookie = `posthorn_session=${await signSession(wanted, signer)}`;
  const request = { method: 'GET', headers: { cookie }, params: { tenantId }, ip: '192.0.2.1' };
  const context = {
    switchToHttp: () => ({ getRequest: () => request }),
    getHandler: () => Routes.prototype[route],
  } as unknown as ExecutionContext;
  const limits = given.limits ?? new RateLimits({ perAddress: 0, perCaller: 0 });
  const producer = { tellKeyUse: () => undefined } as unknown as LogProducer;
  const known = directory as unknown as DirectoryClient;
  const guard = new TenantGuard(new Reflector(), known, limits, producer);
  return { guard, context, state, directory, request: request as unknown as LongRequest };
}

/** The status that a caller with this session gets; 200 when the guard lets him in. */
async function status(wanted: Session, given: Given = {}): Promise<number> {
  const { guard, context } = await asked(wanted, given);
  try {
    await guard.canActivate(context);
    return 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

it.each<[string, Promise<number>, number]>([
  ['a viewer may look', status(session()), 200],
  ['a viewer may not change', status(session(), { route: 'change' }), 403],
  ['an admin may change', status(session({ role: 'tenant-admin' }), { route: 'change' }), 200],
  ['a foreign tenant is none', status(session(), { tenantId: 'other' }), 404],
  [
    'an operator sees every tenant',
    status(session({ role: 'operator', tenantId: null }), { tenantId: 'other' }),
    200,
  ],
  ['a session from before a new password', status(session(), { sessionsFrom: begunMs + 1 }), 401],
  ['a user who was removed', status(session(), { removedAt: begunMs }), 401],
  ['a user whom nobody knows', status(session({ subject: 'usr_2' })), 401],
  ['a link has no user', status(session({ subject: 'lnk_1' })), 200],
  ['a link that was revoked', status(session({ subject: 'lnk_2' })), 401],
])('%s', async (_, answer, wanted) => {
  expect(await answer).toBe(wanted);
});

it.each([
  { perAddress: 1, perCaller: 0 },
  { perAddress: 0, perCaller: 1 },
])('more than %j a second over ten seconds are refused', async (rates) => {
  const limits = new RateLimits(rates);
  const answers: number[] = [];
  for (let i = 0; i < 12; i++) answers.push(await status(session(), { limits }));
  expect(answers).toEqual([...Array<number>(10).fill(200), 429, 429]);
});

it('what takes long is told when the session has ended, or nobody can say', async () => {
  const { guard, context, state, directory, request } = await asked(session());
  await guard.canActivate(context);
  expect(request.stillMay()).toBe(true);
  directory.usable = false;
  expect(request.stillMay()).toBe(false);
  directory.usable = true;
  state.apply({ kind: 'user', id: 'usr_1', sessionsFrom: begunMs + 1, removedAt: null, version: 2 });
  expect(request.stillMay()).toBe(false);
});
