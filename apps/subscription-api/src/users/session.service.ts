import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import {
  AppError,
  KeyRing,
  sessionSigner,
  signSession,
  verifySession,
  type Session,
  type SessionRole,
} from '@posthorn/runtime';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { EventStore } from '../aggregates/event.store.js';
import { isPassword } from './password.js';
import { sessionKeyRecord } from './session-key.js';
import type { User } from './user.js';
import { SubscriptionApiSettings } from '../subscription-api.config.js';
import { UserStore } from './user.store.js';

const sessionMaxMs = 12 * 3_600_000;
const windowS = 15 * 60;
/** Wrong passwords in a quarter of an hour, in each process. */
const failuresPerUser = 10;
const failuresPerAddress = 50;

export type PortalLink = { id: string; token: string; expiresAt: string };
type LinkRow = { id: string; tenant_id: string; role: SessionRole; session_s: number };

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Logging in. Tokens are signed with a key that comes from the key ring; its public half is announced. */
@Injectable()
export class SessionService {
  private readonly signer;
  private readonly countsAddresses: boolean;
  private readonly byUser = new RateLimiterMemory({ points: failuresPerUser, duration: windowS });
  private readonly byAddress = new RateLimiterMemory({ points: failuresPerAddress, duration: windowS });

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(KeyRing) keyRing: KeyRing,
    @Inject(SubscriptionApiSettings) { ratePerAddress }: SubscriptionApiSettings,
  ) {
    // Behind a proxy all have one address: one who guesses would keep everybody out.
    this.countsAddresses = ratePerAddress > 0;
    this.signer = sessionSigner(keyRing.derive('sessions'));
  }

  /**
   * @throws AppError `unauthorized`, in the same words and time whether the user exists; `too-many-requests`
   */
  async logIn(email: string, password: string, address: string): Promise<{ user: User; token: string }> {
    const byUser = hashOf(email);
    await refuseIfSpent(this.byUser, byUser, failuresPerUser);
    if (this.countsAddresses) await refuseIfSpent(this.byAddress, address, failuresPerAddress);
    const user = await this.users.findByEmail(email);
    if (!(await isPassword(password, user?.passwordHash)) || !user) {
      // At the limit itself they reject; whoever comes next is refused above.
      await Promise.allSettled([this.byUser.consume(byUser), this.byAddress.consume(address)]);
      throw new AppError('unauthorized', 'Address or password are wrong.');
    }
    await this.byUser.delete(byUser);
    return { user, token: await this.sign(sessionFor(user, Date.now())) };
  }

  /** For a user who has just changed his password: his other sessions are over. */
  renew(user: User): Promise<string> {
    return this.sign(sessionFor(user, Date.now()));
  }

  /** The same session with a younger token; its end stays. */
  refresh(session: Session): Promise<string> {
    return this.sign({ ...session, issuedAtMs: Date.now() });
  }

  /** Undefined when it is over, or its user was removed or has another password since. */
  async find(token: string): Promise<Session | undefined> {
    const session = await verifySession(token, this.signer.publicKey);
    if (!session || session.subject.startsWith('lnk_')) return session;
    const user = await this.users.find(session.subject);
    if (!user || session.issuedAtMs < Date.parse(user.sessionsFrom)) return undefined;
    return { ...session, role: user.role, tenantId: user.tenantId };
  }

  /** A link that lets its holder into the portal of one tenant, once. Its token is kept as a hash. */
  async makeLink(
    tenantId: string,
    { role, expiresInS, sessionS }: { role: SessionRole; expiresInS: number; sessionS: number },
  ): Promise<PortalLink> {
    const id = newId('lnk', randomBytes(17));
    const token = `pl_${randomBytes(32).toString('base64url')}`;
    const expiresAt = new Date(Date.now() + expiresInS * 1000).toISOString();
    await this.events.query("DELETE FROM portal_links WHERE expires_at < now() - interval '1 day'");
    await this.events.query(
      `INSERT INTO portal_links (id, hash, tenant_id, role, expires_at, session_s)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, hashOf(token), tenantId, role, expiresAt, sessionS],
    );
    return { id, token, expiresAt };
  }

  /** @throws AppError `unauthorized` for one that is used, over or unknown */
  async useLink(token: string): Promise<{ session: Session; token: string }> {
    const [rows] = [
      await this.events.query<LinkRow>(
        `WITH used AS (
           UPDATE portal_links SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
           RETURNING id, tenant_id, role, session_s)
         SELECT id, tenant_id, role, session_s FROM used`,
        [hashOf(token)],
      ),
    ];
    const [link] = rows;
    if (!link) throw new AppError('unauthorized', 'This link was used, or is over.');
    const now = Date.now();
    const session = {
      subject: link.id,
      tenantId: link.tenant_id,
      role: link.role,
      issuedAtMs: now,
      endsAtMs: now + link.session_s * 1000,
    };
    return { session, token: await this.sign(session) };
  }

  /** Says what sessions are verified with, when it is not what was said before. */
  async ensureAnnounced(): Promise<void> {
    const { publicKey } = this.signer;
    const place = { type: 'session-key', id: 'current', tenantId: null } as const;
    await this.events.write(null, { actor: 'system:start' }, async (write) => {
      const [last] = await write.query<{ version: number; payload: { publicKey: string } } | undefined>(
        `SELECT version, payload FROM aggregate_events
          WHERE aggregate_type = 'session-key' AND aggregate_id = 'current' ORDER BY version DESC LIMIT 1`,
      );
      if (last?.payload.publicKey === publicKey) return;
      const after = last?.version ?? 0;
      const [{ version }] = await write.append({ ...place, after }, [
        { type: 'set', payload: { publicKey } },
      ]);
      await write.publish(place, sessionKeyRecord(publicKey, version));
    });
  }

  private sign(session: Session): Promise<string> {
    return signSession(session, this.signer);
  }
}

function sessionFor({ id, tenantId, role }: User, nowMs: number): Session {
  return { subject: id, tenantId, role, issuedAtMs: nowMs, endsAtMs: nowMs + sessionMaxMs };
}

async function refuseIfSpent(limiter: RateLimiterMemory, key: string, points: number): Promise<void> {
  const spent: RateLimiterRes | null = await limiter.get(key);
  if (!spent || spent.consumedPoints < points) return;
  const retryAfterS = Math.max(1, spent.msBeforeNext / 1000);
  throw new AppError('too-many-requests', 'Too many wrong passwords; try again later.', { retryAfterS });
}
