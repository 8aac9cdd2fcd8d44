import { SignJWT } from 'jose';
import {
  sessionSetCookie,
  sessionSigner,
  sessionTokenOf,
  signSession,
  tokenTtlMs,
  verifySession,
  type Session,
} from './session.js';

const signer = sessionSigner(Buffer.alloc(32, 1));
const session = (more: Partial<Session> = {}): Session => ({
  id: 'ses_1',
  subject: 'usr_1',
  tenantId: 't',
  role: 'tenant-admin',
  generation: 1_776_247_201_300,
  issuedAtMs: Date.now(),
  endsAtMs: Math.floor(Date.now() / 1000) * 1000 + 3_600_000,
  ...more,
});

it('comes back as it was signed', async () => {
  const mine = session();
  expect(await verifySession(await signSession(mine, signer), signer.publicKey)).toEqual(mine);
});

it.each<[string, () => Promise<string>]>([
  ['over', () => signSession(session({ issuedAtMs: Date.now() - tokenTtlMs - 1_000 }), signer)],
  ['beyond its end', () => signSession(session({ endsAtMs: Date.now() - 1_000 }), signer)],
  ['signed by another', () => signSession(session(), sessionSigner(Buffer.alloc(32, 2)))],
  ['of an unknown role', () => signSession(session({ role: 'root' as never }), signer)],
  ['no token', () => Promise.resolve('a.b.c')],
  [
    'signed with the public key as an HMAC key',
    () =>
      new SignJWT({ tenant: null, role: 'operator', ends: 9e9, at: 0 })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('posthorn')
        .setSubject('usr_1')
        .setExpirationTime('1h')
        .sign(Buffer.from(signer.publicKey)),
  ],
])('one that is %s opens nothing', async (_, token) => {
  expect(await verifySession(await token(), signer.publicKey)).toBeUndefined();
});

it.each([
  ['GET', 'cross-site', 'x'],
  ['POST', 'cross-site', undefined],
  ['POST', 'same-site', undefined],
  ['POST', 'same-origin', 'x'],
  ['POST', undefined, 'x'],
])('%s from %s carries %s', (method, site, wanted) => {
  const headers = { cookie: 'a=b; posthorn_session=x', 'sec-fetch-site': site };
  expect(sessionTokenOf(method, headers)).toBe(wanted);
});

it('is a cookie that scripts and other sites do not get', () => {
  const text = sessionSetCookie('t', { secure: true });
  expect(text).toBe('posthorn_session=t; Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Strict');
  expect(sessionSetCookie('', { secure: true })).toContain('Max-Age=0');
});
