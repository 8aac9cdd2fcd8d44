import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import { AppError, isUniqueViolation, type SessionRole } from '@posthorn/runtime';
import { EventStore, type Author, type Reader, type Written } from '../aggregates/event.store.js';
import type { Precondition } from '../requests/precondition.js';
import { Passwords } from './password.js';
import { PasswordThrottle } from './password-throttle.js';
import type { User } from './user.js';
import { UserStore } from './user.store.js';

const usersMax = 200;

/** 144 bits: nobody guesses them. */
const passwordBytes = 18;

export type UserChange = { name?: string; role?: SessionRole };

export type NewUser = { email: string; name: string; role: SessionRole; password: string };

/** People who log in. `tenantId` null is the installation: its users are operators. */
@Injectable()
export class UserService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(UserStore) private readonly users: UserStore,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(PasswordThrottle) private readonly throttle: PasswordThrottle,
  ) {}

  list(tenantId: string | null): Promise<User[]> {
    return this.users.list(tenantId);
  }

  async create(tenantId: string | null, author: Author, wanted: NewUser): Promise<Written<User>> {
    const { email, name, role } = wanted;
    const passwordHash = await this.passwords.hash(wanted.password);
    const place = { id: newId('usr', randomBytes(17)), tenantId };
    return this.events.write(tenantId, author, async (write) => {
      if ((await this.users.list(tenantId, write)).length >= usersMax)
        throw new AppError('limit-reached', `At most ${usersMax} users.`);
      // Addresses are one namespace; the unique index decides between tenants.
      if (await this.users.findByEmail(email, write)) throw taken();
      const payload = { email, name, role, passwordHash };
      return this.users.append(write, place, [{ type: 'created', payload }]).catch((error: unknown) => {
        throw isUniqueViolation(error) ? taken() : error;
      });
    });
  }

  /** @throws AppError `not-found` */
  async find(tenantId: string | null, id: string, reader?: Reader): Promise<User> {
    const user = await this.users.find(id, reader);
    if (!user || user.tenantId !== tenantId) throw new AppError('not-found', 'No such user.');
    return user;
  }

  /**
   * Another role ends the user's sessions.
   *
   * @throws AppError `own-user` when the role is the caller's own
   */
  change(
    tenantId: string | null,
    author: Author,
    id: string,
    { name, role, precondition }: UserChange & { precondition: Precondition | undefined },
  ): Promise<Written<User>> {
    return this.events.write(tenantId, author, async (write) => {
      const user = await this.find(tenantId, id, write);
      precondition?.(user.version);
      const payload = {
        ...(name === undefined || name === user.name ? {} : { name }),
        ...(role === undefined || role === user.role ? {} : { role }),
      };
      if (payload.role) refuseOwn(author, id, 'Nobody changes his own role: ask another administrator.');
      if (Object.keys(payload).length === 0) return user;
      return this.users.append(write, user, [{ type: 'changed', payload }], user);
    });
  }

  /**
   * A new password by somebody else, known to him who asked for it alone. Ends the user's sessions.
   *
   * @throws AppError `own-user`: one's own is changed by whoever knows it
   */
  async resetPassword(
    tenantId: string | null,
    author: Author,
    id: string,
  ): Promise<Written<{ user: User; password: string }>> {
    refuseOwn(author, id, 'Your own password is changed with the current one: POST /v1/session/password.');
    await this.find(tenantId, id);
    const password = randomBytes(passwordBytes).toString('base64url');
    const passwordHash = await this.passwords.hash(password);
    return this.events.write(tenantId, author, async (write) => {
      const user = await this.find(tenantId, id, write);
      const event = { type: 'password-reset', payload: { passwordHash } } as const;
      return { user: await this.users.append(write, user, [event], user), password };
    });
  }

  /** @throws AppError `own-user`, so that the last operator cannot go by mistake */
  remove(
    tenantId: string | null,
    author: Author,
    id: string,
    precondition?: Precondition,
  ): Promise<Written<User>> {
    return this.events.write(tenantId, author, async (write) => {
      const user = await this.find(tenantId, id, write);
      refuseOwn(author, id, 'Nobody removes himself: ask another administrator.');
      precondition?.(user.version);
      return this.users.append(write, user, [{ type: 'removed', payload: {} }], user);
    });
  }

  /** @throws AppError `wrong-password` when the current password is another; `too-many-requests` */
  async changePassword(
    id: string,
    author: Author,
    { current, next, address }: { current: string; next: string; address: string },
  ): Promise<Written<User>> {
    const seen = await this.users.find(id);
    const isRight = await this.throttle.attempt(id, address, () =>
      this.passwords.fits(current, seen?.passwordHash),
    );
    if (!isRight || !seen) throw wrongPassword();
    const passwordHash = await this.passwords.hash(next);
    return this.events.write(seen.tenantId, author, async (write) => {
      const user = await this.users.find(id, write);
      if (!user || user.version !== seen.version)
        throw new AppError('conflict', 'The user was changed meanwhile.');
      return this.users.append(write, user, [{ type: 'password-changed', payload: { passwordHash } }], user);
    });
  }
}

function refuseOwn({ actor }: Author, id: string, detail: string): void {
  if (actor === id) throw new AppError('own-user', detail);
}

/** Not `forbidden`: no right is missing. */
const wrongPassword = (): AppError =>
  new AppError('wrong-password', 'The current password is another.', {
    errors: [{ pointer: '/current', detail: 'is not the current password' }],
  });

const taken = (): AppError =>
  new AppError('name-taken', 'Another user has this address.', {
    errors: [{ pointer: '/email', detail: 'is taken' }],
  });
