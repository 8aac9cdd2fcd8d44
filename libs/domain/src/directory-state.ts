import { hash } from 'node:crypto';
import type { ProfileName } from './profiles.js';

export type Scope = 'publish' | 'read' | 'manage';

export type DirectoryEntry =
  | {
      kind: 'tenant';
      id: string;
      profile: ProfileName;
      name: string;
      deletedAt?: number;
      version: number;
    }
  | {
      kind: 'key';
      id: string;
      hash: string;
      tenantId: string | null;
      scopes: Scope[];
      expiresAt: number | null;
      revokedAt: number | null;
      version: number;
    }
  | { kind: 'user'; id: string; sessionsFrom: number; removedAt: number | null; version: number }
  | { kind: 'session-key'; id: string; publicKey: string; version: number }
  | EventTypeRule;

/** What a tenant's events of a type have to look like; `schema` is JSON Schema, null for anything. */
export type EventTypeRule = {
  kind: 'event-type';
  id: string;
  tenantId: string;
  type: string;
  schema: Record<string, unknown> | boolean | null;
  onInvalid: 'reject' | 'warn';
  removed: boolean;
  version: number;
};

export type Tenant = { id: string; profile: ProfileName; name: string };
export type KeyHolder = { keyId: string; tenantId: string | null; scopes: readonly Scope[] };

/** Hex SHA-256 of a whole API key. */
export function apiKeyHash(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Tenants and API keys as the `directory` topic tells them; repeats and older versions change nothing. */
export class DirectoryState {
  private readonly tenants = new Map<string, Extract<DirectoryEntry, { kind: 'tenant' }>>();
  private readonly keys = new Map<string, Extract<DirectoryEntry, { kind: 'key' }>>();
  private readonly eventTypes = new Map<string, Map<string, EventTypeRule>>();
  private readonly users = new Map<string, Extract<DirectoryEntry, { kind: 'user' }>>();
  private sessionKey: Extract<DirectoryEntry, { kind: 'session-key' }> | undefined;
  private readonly keyIdByHash = new Map<string, string>();

  apply(entry: DirectoryEntry): void {
    if (entry.kind === 'tenant') {
      const known = this.tenants.get(entry.id);
      if (!known || known.version < entry.version) this.tenants.set(entry.id, entry);
      return;
    }
    if (entry.kind === 'user') {
      const known = this.users.get(entry.id);
      if (!known || known.version < entry.version) this.users.set(entry.id, entry);
      return;
    }
    if (entry.kind === 'session-key') {
      if (!this.sessionKey || this.sessionKey.version < entry.version) this.sessionKey = entry;
      return;
    }
    if (entry.kind === 'event-type') return this.applyEventType(entry);
    if (entry.kind !== 'key') return;
    const known = this.keys.get(entry.id);
    if (known && known.version >= entry.version) return;
    this.keys.set(entry.id, entry);
    // The operator's key may be one again that it was before: what was revoked must not stand before it.
    if (entry.revokedAt === null || !this.keyIdByHash.has(entry.hash))
      this.keyIdByHash.set(entry.hash, entry.id);
  }

  tenant(id: string): Tenant | undefined {
    const known = this.tenants.get(id);
    return known?.deletedAt === undefined ? known : undefined;
  }

  /** The rule for a type; undefined where there is none, or none that asks for anything. */
  eventType(tenantId: string, type: string): EventTypeRule | undefined {
    const rule = this.eventTypes.get(tenantId)?.get(type);
    return rule && !rule.removed && rule.schema !== null ? rule : undefined;
  }

  private applyEventType(entry: EventTypeRule): void {
    const types = this.eventTypes.get(entry.tenantId) ?? new Map<string, EventTypeRule>();
    const known = types.get(entry.type);
    if (!known || known.version < entry.version) types.set(entry.type, entry);
    this.eventTypes.set(entry.tenantId, types);
  }

  /** What sessions are verified with; undefined until it is known. */
  get sessionPublicKey(): string | undefined {
    return this.sessionKey?.publicKey;
  }

  /** Whether a verified session still holds. Of links only those that were revoked are known. */
  sessionHolds({ subject, generation }: { subject: string; generation: number }): boolean {
    const user = this.users.get(subject);
    if (subject.startsWith('lnk_')) return !user || user.removedAt === null;
    return user !== undefined && user.removedAt === null && generation === user.sessionsFrom;
  }

  /** Who holds this key; undefined when it is unknown, expired or revoked: callers cannot tell which. */
  authenticate(key: string, nowMs: number): KeyHolder | undefined {
    const hashed = apiKeyHash(key);
    const entry = this.keys.get(this.keyIdByHash.get(hashed) ?? '');
    // A key whose text was changed stands under its old hash too, and must not open anything by it.
    if (!entry || entry.hash !== hashed || entry.revokedAt !== null) return undefined;
    if (entry.expiresAt !== null && entry.expiresAt <= nowMs) return undefined;
    return { keyId: entry.id, tenantId: entry.tenantId, scopes: entry.scopes };
  }
}
