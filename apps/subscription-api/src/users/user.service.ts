import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '@posthorn/domain';
import { AppError, type SessionRole } from '@posthorn/runtime';
import { EventStore, type Author, type Written } from '../aggregates/event.store.js';
import { Passwords } from './password.js';
import { PasswordThrottle } from './password-throttle.js';
import type { User } from './user.js';
import { UserStore } from './user.store.js';

const usersMax = 200;

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
        throw (error as { code?: string }).code === '23505' ? taken() : error;
      });
    });
  }

  remove(tenantId: string | null, author: Author, id: string): Promise<Written<User>> {
    return this.events.write(tenantId, author, async (write) => {
      const user = await this.users.find(id, write);
      if (!user || user.tenantId !== tenantId) throw new AppError('not-found', 'No such user.');
      return this.users.append(write, user, [{ type: 'removed', payload: {} }], user);
    });
  }

  /** @throws AppError `forbidden` when the current password is another; `too-many-requests` */
  async changePassword(
    id: string,
    author: Author,
    { current, next, address }: { current: string; next: string; address: string },
  ): Promise<Written<User>> {
    const seen = await this.users.find(id);
    const isRight = await this.throttle.attempt(id, address, () =>
      this.passwords.fits(current, seen?.passwordHash),
    );
    if (!isRight || !seen) throw new AppError('forbidden', 'The current password is another.');
    const passwordHash = await this.passwords.hash(next);
    return this.events.write(seen.tenantId, author, async (write) => {
      const user = await this.users.find(id, write);
      if (!user || user.version !== seen.version)
        throw new AppError('conflict', 'The user was changed meanwhile.');
      return this.users.append(write, user, [{ type: 'password-changed', payload: { passwordHash } }], user);
    });
  }
}

const taken = (): AppError =>
  new AppError('name-taken', 'Another user has this address.', {
    errors: [{ pointer: '/email', detail: 'is taken' }],
  });
