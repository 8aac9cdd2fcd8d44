import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { decodeDirectory, directoryTopic, joinKey, UndecodableError } from '@posthorn/contracts';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from '../aggregates/event.store.js';
import { foldEvents, type NewEvent, type Stored } from '../aggregates/stored-event.js';
import { applyEventTypeEvent, eventTypeRecord, type EventTypeEvent } from '../event-types/event-type.js';
import { ApiKeyStore } from '../keys/api-key.store.js';
import { LogFollower } from '../log-follower.client.js';
import type { OutboxRecord } from '../outbox/outbox-record.js';
import { TenantStore } from '../tenants/tenant.store.js';
import { sessionKeyRecord, type SessionKeyEvent } from '../users/session-key.js';
import { applyUserEvent, userRecord, type UserEvent } from '../users/user.js';

/** A record that has just been written may still be on its way to this reader. */
const settleMs = 3_000;
const pageMax = 500;
const author = { actor: 'system:directory' };

type Kind = 'user' | 'event-type' | 'session-key';
type AggregateRow = { id: string; tenant_id: string | null; version: number };

/** The record that an aggregate's events come to. */
const records: Record<Kind, (events: Stored<NewEvent>[]) => OutboxRecord | undefined> = {
  user: (events) => {
    const user = foldEvents(events as Stored<UserEvent>[], applyUserEvent);
    return user && userRecord(user);
  },
  'event-type': (events) => {
    const type = foldEvents(events as Stored<EventTypeEvent>[], applyEventTypeEvent);
    return type && eventTypeRecord(type);
  },
  'session-key': (events) => {
    const last = events.at(-1) as Stored<SessionKeyEvent> | undefined;
    return last && sessionKeyRecord(last.payload.publicKey, last.version);
  },
};

/**
 * Keeps the last record of every tenant, key, user and event type, and of the session key, in `directory` at
 * the version that the tables have. A relay that was cut off may write an old version behind a newer one.
 * Readers that saw both ignore it, but compaction keeps the last one, and whoever starts to read after that
 * would let a revoked key or a removed user in. So when a version goes back, and once at every start, log and
 * tables are compared, and what is behind is announced again. That also fills a directory that was lost.
 * Announcing twice, or by several instances, changes nothing.
 */
@Injectable()
export class DirectoryKeeper implements BeforeApplicationShutdown {
  /** What the log says last, by record key: as much as every reader of the directory holds. */
  private readonly logged = new Map<string, number>();
  private readonly stopping = new AbortController();
  private isCaughtUp = false;
  private checking: Promise<void> | undefined;

  constructor(
    @Inject(LogFollower) follower: LogFollower,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(TenantStore) private readonly tenants: TenantStore,
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    follower.register({
      topic: directoryTopic.name,
      onRecords: (_, records) => records.forEach(({ key, value }) => this.note(String(key), value)),
      onCaughtUp: () => {
        this.isCaughtUp = true;
        this.plan();
      },
      // What it lost is said again; so is what has not been read again by then, which changes nothing.
      onReadAgain: () => {
        this.logged.clear();
        this.plan();
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.checking;
  }

  private note(key: string, value: Buffer | null): void {
    const version = versionOf(value);
    const before = this.logged.get(key) ?? 0;
    this.logged.set(key, version);
    if (version < before && this.isCaughtUp) this.plan();
  }

  /** A while from now, and again as long as it does not succeed. */
  private plan(): void {
    this.checking ??= this.check().finally(() => (this.checking = undefined));
  }

  private async check(): Promise<void> {
    const { signal } = this.stopping;
    for (;;) {
      await delay(settleMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.checkTenants();
        await this.checkKeys();
        for (const kind of Object.keys(records) as Kind[]) await this.checkAggregates(kind);
        return;
      } catch (err) {
        this.logger.warn({ err }, 'the directory could not be compared yet');
      }
    }
  }

  private async checkTenants(): Promise<void> {
    for (let after = ''; ;) {
      const page = await this.tenants.listEver(after, pageMax);
      for (const { id, version } of page)
        if (this.isBehind(joinKey('tenant', id), version))
          await this.events.write(id, author, (write) => this.tenants.announce(write, id));
      if (page.length < pageMax) return;
      after = page[page.length - 1].id;
    }
  }

  private async checkKeys(): Promise<void> {
    for (let after = ''; ;) {
      const page = await this.keys.page(after, pageMax);
      for (const { id, tenantId, version } of page)
        if (this.isBehind(joinKey('key', id), version))
          await this.events.write(tenantId, author, (write) => this.keys.announce(write, id));
      if (page.length < pageMax) return;
      after = page[page.length - 1].id;
    }
  }

  /** From their events: nothing else is left of what was removed, and that has to stay said. */
  private async checkAggregates(kind: Kind): Promise<void> {
    for (let after = ''; ;) {
      const page = await this.events.query<AggregateRow>(
        `SELECT aggregate_id AS id, min(tenant_id) AS tenant_id, max(version) AS version FROM aggregate_events
          WHERE aggregate_type = $1 AND aggregate_id > $2 GROUP BY aggregate_id ORDER BY aggregate_id LIMIT $3`,
        [kind, after, pageMax],
      );
      for (const { id, tenant_id: tenantId, version } of page)
        if (this.isBehind(joinKey(kind, id), version))
          await this.events.write(tenantId, author, async (write) => {
            const record = records[kind](await this.events.eventsOf(kind, id));
            if (record) await write.publish({ type: kind, id }, record);
          });
      if (page.length < pageMax) return;
      after = page[page.length - 1].id;
    }
  }

  private isBehind(recordKey: string, version: number): boolean {
    const logged = this.logged.get(recordKey) ?? 0;
    if (logged >= version || this.stopping.signal.aborted) return false;
    this.logger.warn({ recordKey, logged, version }, 'the directory is behind; announcing again');
    return true;
  }
}

/** What cannot be read counts as nothing: it is announced again. */
function versionOf(value: Buffer | null): number {
  try {
    return decodeDirectory(value).version;
  } catch (error) {
    if (error instanceof UndecodableError) return 0;
    throw error;
  }
}
