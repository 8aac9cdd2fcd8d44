import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import {
  AppError,
  KeyRing,
  sessionSigner,
  signSession,
  verifySession,
  type Session,
} from '@posthorn/runtime';
import { EventStore } from '../aggregates/event.store.js';
import { Passwords } from './password.js';
import { PasswordThrottle } from './password-throttle.js';
import { sessionEndOf } from './portal-link.js';
import { PortalLinkService } from './portal-link.service.js';
import { sessionKeyRecord } from './session-key.js';
import type { User } from './user.js';
import { UserStore } from './user.store.js';

const sessionMaxMs = 12 * 3_600_000;

/** Logging in. Tokens are signed with a key that comes from the key ring; its public half is announced. */
@Injectable()
export class SessionService {
  private readonly signer;

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(KeyRing) keyRing: KeyRing,
    @Inject(PortalLinkService) private readonly links: PortalLinkService,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(PasswordThrottle) private readonly throttle: PasswordThrottle,
  ) {
    this.signer = sessionSigner(keyRing.derive('sessions'));
  }

  /**
   * @throws AppError `unauthorized`, in the same words and time whether the user exists; `too-many-requests`
   */
  async logIn(email: string, password: string, address: string): Promise<{ user: User; token: string }> {
    let user: User | undefined;
    const isRight = await this.throttle.attempt(email, address, async () => {
      user = await this.users.findByEmail(email);
      return this.passwords.fits(password, user?.passwordHash);
    });
    if (!isRight || !user) throw new AppError('unauthorized', 'Address or password are wrong.');
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

  /** Undefined when it is over: logged out, its user removed or with another password, its link revoked. */
  async find(token: string): Promise<Session | undefined> {
    const session = await verifySession(token, this.signer.publicKey);
    if (!session || (await this.isEnded(session))) return undefined;
    if (session.subject.startsWith('lnk_'))
      return (await this.links.holds(session.subject)) ? session : undefined;
    const user = await this.users.find(session.subject);
    if (!user || session.generation !== generationOf(user)) return undefined;
    return { ...session, role: user.role, tenantId: user.tenantId };
  }

  /** It is renewed no more, here; where tokens alone are looked at it ends with the one there is. */
  async logOut(token: string): Promise<void> {
    const session = await verifySession(token, this.signer.publicKey);
    if (!session) return;
    await this.events.query('DELETE FROM ended_sessions WHERE ends_at < now()');
    await this.events.query(
      'INSERT INTO ended_sessions (id, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [session.id, new Date(session.endsAtMs)],
    );
  }

  private async isEnded({ id }: Session): Promise<boolean> {
    const ended = await this.events.query('SELECT 1 FROM ended_sessions WHERE id = $1', [id]);
    return ended.length > 0;
  }

  /** By a portal link. @throws AppError `unauthorized` for one that is used, over, revoked or unknown */
  async useLink(text: string, origin: string): Promise<{ session: Session; token: string }> {
    const link = await this.links.use(text, origin);
    const session = {
      id: newSessionId(),
      subject: link.id,
      tenantId: link.tenantId,
      role: link.role,
      generation: 0,
      issuedAtMs: Date.now(),
      endsAtMs: sessionEndOf(link) ?? 0,
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

const newSessionId = (): string => newId('ses', randomBytes(17));

const generationOf = ({ sessionsFrom }: User): number => Date.parse(sessionsFrom);

function sessionFor(user: User, nowMs: number): Session {
  const { id: subject, tenantId, role } = user;
  const times = { issuedAtMs: nowMs, endsAtMs: nowMs + sessionMaxMs };
  return { id: newSessionId(), subject, tenantId, role, generation: generationOf(user), ...times };
}
