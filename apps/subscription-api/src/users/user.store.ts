import { Inject, Injectable } from '@nestjs/common';
import type { SessionRole } from '@posthorn/runtime';
import { EventStore, type Reader, type Write } from '../aggregates/event.store.js';
import { foldEvents } from '../aggregates/stored-event.js';
import { applyUserEvent, userRecord, type User, type UserEvent } from './user.js';

type Row = {
  id: string;
  tenant_id: string | null;
  email: string;
  name: string;
  role: SessionRole;
  password_hash: string;
  sessions_from: Date;
  version: number;
  created_at: Date;
};

const endsHash: ReadonlySet<UserEvent['type']> = new Set(['password-changed', 'password-reset', 'removed']);

const columns = 'id, tenant_id, email, name, role, password_hash, sessions_from, version, created_at';

/** Users: appended as events, read from the table that is written in the same transaction. */
@Injectable()
export class UserStore {
  constructor(@Inject(EventStore) private readonly events: EventStore) {}

  async findByEmail(email: string, reader: Reader = this.events): Promise<User | undefined> {
    // What PostgreSQL cannot hold as text is nobody's.
    if (email.includes('\0')) return undefined;
    const [row] = await reader.query<Row>(`SELECT ${columns} FROM users WHERE email = $1`, [email]);
    return row && userOf(row);
  }

  async find(id: string, reader: Reader = this.events): Promise<User | undefined> {
    if (id.includes('\0')) return undefined;
    const [row] = await reader.query<Row>(`SELECT ${columns} FROM users WHERE id = $1`, [id]);
    return row && userOf(row);
  }

  /** Of one tenant; null: operators. */
  async list(tenantId: string | null, reader: Reader = this.events): Promise<User[]> {
    const rows = await reader.query<Row>(
      `SELECT ${columns} FROM users WHERE tenant_id IS NOT DISTINCT FROM $1 ORDER BY created_at, id`,
      [tenantId],
    );
    return rows.map(userOf);
  }

  async append(
    write: Write,
    { id, tenantId }: Pick<User, 'id' | 'tenantId'>,
    events: UserEvent[],
    before?: User,
  ): Promise<User> {
    const place = { type: 'user', id, tenantId, after: before?.version ?? 0 } as const;
    const user = foldEvents(await write.append(place, events), applyUserEvent, before);
    if (!user) throw new Error('nothing to append');
    if (events.some(({ type }) => endsHash.has(type))) await this.forgetHashes(write, user);
    if (user.removedAt === null) await this.save(write, user);
    else await write.query('DELETE FROM users WHERE id = $1', [id]);
    await write.publish(place, userRecord(user));
    return user;
  }

  /** Nobody logs in with a former password any more: events of the past keep none. */
  private async forgetHashes(write: Write, { id, version }: User): Promise<void> {
    await write.query(
      `UPDATE aggregate_events SET payload = payload - 'passwordHash'
        WHERE aggregate_type = 'user' AND aggregate_id = $1 AND version < $2 AND payload ? 'passwordHash'`,
      [id, version],
    );
  }

  private async save(write: Write, user: User): Promise<void> {
    const { id, tenantId, email, name, role, passwordHash, sessionsFrom, version, createdAt } = user;
    await write.query(
      `INSERT INTO users (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role,
         password_hash = excluded.password_hash, sessions_from = excluded.sessions_from, version = excluded.version`,
      [id, tenantId, email, name, role, passwordHash, sessionsFrom, version, createdAt],
    );
  }
}

function userOf(row: Row): User {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    email: row.email,
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    sessionsFrom: row.sessions_from.toISOString(),
    removedAt: null,
    version: row.version,
    createdAt: row.created_at.toISOString(),
  };
}
