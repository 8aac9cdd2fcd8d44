import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { parse, serialize } from 'cookie';
import { jwtVerify, SignJWT } from 'jose';

export const sessionCookie = 'posthorn_session';

export type SessionRole = 'operator' | 'tenant-admin' | 'tenant-viewer';

/** Who is logged in, as the token says it. */
export type Session = {
  /** Its own, through all renewals: what a log-out ends. */
  id: string;
  /** A user's id, or a portal link's. */
  subject: string;
  /** Null: an operator. */
  tenantId: string | null;
  role: SessionRole;
  /**
   * The user's `sessionsFrom` (epoch ms) as it was when the password was looked at: with another password or
   * role it is another, and no clock decides which came first. 0 where a link let somebody in.
   */
  generation: number;
  issuedAtMs: number;
  /** No renewal goes beyond this. */
  endsAtMs: number;
};

const issuer = 'posthorn';
const algorithm = 'EdDSA';
/** A token works for so long without anybody being asked; whoever works on gets new ones. */
export const tokenTtlMs = 15 * 60_000;
const roles: readonly string[] = ['operator', 'tenant-admin', 'tenant-viewer'];
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

export type SessionSigner = { privateKey: KeyObject; /** Base64 of 32 bytes. */ publicKey: string };

/** @param seed 32 bytes */
export function sessionSigner(seed: Buffer): SessionSigner {
  const key = Buffer.concat([pkcs8, seed]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: der.subarray(-32).toString('base64') };
}

/** A signed token of a quarter of an hour: whoever has the public key can check it without asking. */
export function signSession(session: Session, { privateKey }: SessionSigner): Promise<string> {
  const { id, subject, tenantId, role, generation, issuedAtMs, endsAtMs } = session;
  const ends = Math.floor(endsAtMs / 1000);
  return new SignJWT({ tenant: tenantId, role, generation, ends, at: issuedAtMs })
    .setProtectedHeader({ alg: algorithm })
    .setJti(id)
    .setIssuer(issuer)
    .setSubject(subject)
    .setIssuedAt(Math.floor(issuedAtMs / 1000))
    .setExpirationTime(Math.floor(Math.min(issuedAtMs + tokenTtlMs, endsAtMs) / 1000))
    .sign(privateKey);
}

/** Undefined for a token that is none of ours, or is over: callers cannot tell which. */
export async function verifySession(token: string, publicKey: string): Promise<Session | undefined> {
  const der = Buffer.concat([spki, Buffer.from(publicKey, 'base64')]);
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: [algorithm] });
    const { jti, sub, tenant, role, generation, ends, at } = payload as Record<string, unknown>;
    if (typeof jti !== 'string' || typeof generation !== 'number') return undefined;
    if (typeof sub !== 'string' || typeof role !== 'string' || !roles.includes(role)) return undefined;
    if (tenant !== null && typeof tenant !== 'string') return undefined;
    if (typeof ends !== 'number' || typeof at !== 'number') return undefined;
    const known = { id: jti, subject: sub, tenantId: tenant, role: role as SessionRole, generation };
    return { ...known, issuedAtMs: at, endsAtMs: ends * 1000 };
  } catch {
    return undefined;
  }
}

/** What a session may do, in the scopes of API keys. Publishing is for programs. */
export function scopesOf(role: SessionRole): ('read' | 'manage')[] {
  return role === 'tenant-viewer' ? ['read'] : ['read', 'manage'];
}

/** The token of a request's cookies. A change that another site caused carries none, whatever it sends. */
export function sessionTokenOf(method: string, headers: Record<string, unknown>): string | undefined {
  const { cookie, 'sec-fetch-site': site } = headers;
  if (typeof cookie !== 'string' || cookie.length > 8_192) return undefined;
  const changes = method !== 'GET' && method !== 'HEAD';
  if (changes && site !== undefined && site !== 'same-origin' && site !== 'none') return undefined;
  return parse(cookie)[sessionCookie] || undefined;
}

/** The Set-Cookie of a token; an empty one ends it. */
export function sessionSetCookie(token: string, { secure }: { secure: boolean }): string {
  const maxAge = token === '' ? 0 : tokenTtlMs / 1000;
  return serialize(sessionCookie, token, { httpOnly: true, sameSite: 'strict', path: '/', secure, maxAge });
}
