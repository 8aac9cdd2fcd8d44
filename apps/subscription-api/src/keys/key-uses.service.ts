import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { decodeKeyUse, keyUsesTopic, UndecodableError } from '@posthorn/contracts';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from '../aggregates/event.store.js';
import { LogFollower } from '../log-follower.client.js';

const everyMs = 2_000;

/**
 * When a key was last used, here or where `key-uses` tells of: written every two seconds, not with every
 * request. What could not be written is tried again.
 */
@Injectable()
export class KeyUses implements BeforeApplicationShutdown {
  private readonly used = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(LogFollower) follower: LogFollower,
  ) {
    follower.register({
      topic: keyUsesTopic.name,
      onRecords: (_, records) => records.forEach(({ value }) => this.noteElsewhere(value)),
      onCaughtUp: () => undefined,
    });
  }

  note(keyId: string, atMs = Date.now()): void {
    this.used.set(keyId, Math.max(atMs, this.used.get(keyId) ?? 0));
    this.timer ??= setTimeout(() => void this.write(), everyMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    if (this.used.size > 0) await this.write();
    clearTimeout(this.timer);
  }

  private noteElsewhere(value: Buffer | null): void {
    try {
      const { keyId, at } = decodeKeyUse(value);
      // What is ahead of this clock would stand there for ever.
      if (!keyId.includes('\0')) this.note(keyId, Math.min(Math.max(at, 0), Date.now()));
    } catch (error) {
      if (!(error instanceof UndecodableError)) throw error;
    }
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    // In one order: other instances write the same ones.
    const entries = [...this.used].sort(([one], [other]) => (one < other ? -1 : 1));
    this.used.clear();
    try {
      await this.events.query(
        `UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, u.at)
           FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at)
          WHERE k.id = u.id AND (k.last_used_at IS NULL OR k.last_used_at < u.at)`,
        [entries.map(([id]) => id), entries.map(([, at]) => new Date(at))],
      );
    } catch (err) {
      this.logger.debug({ err }, 'last uses of keys are not written yet');
      for (const [id, at] of entries) this.note(id, at);
    }
  }
}
