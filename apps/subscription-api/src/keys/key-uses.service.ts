import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { LOGGER, type Logger } from '@posthorn/runtime';
import { EventStore } from '../aggregates/event.store.js';

const everyMs = 2_000;

/**
 * When a key was last used here: written every two seconds, not with every request. Publishing goes through
 * event-ingest, which has no database, so it is not among these uses.
 */
@Injectable()
export class KeyUses implements BeforeApplicationShutdown {
  private readonly used = new Map<string, Date>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  note(keyId: string): void {
    this.used.set(keyId, new Date());
    this.timer ??= setTimeout(() => void this.write(), everyMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    if (this.used.size > 0) await this.write();
  }

  private async write(): Promise<void> {
    this.timer = undefined;
    const entries = [...this.used];
    this.used.clear();
    try {
      await this.events.query(
        `UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, u.at)
           FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at) WHERE k.id = u.id`,
        [entries.map(([id]) => id), entries.map(([, at]) => at)],
      );
    } catch (err) {
      this.logger.debug({ err }, 'last uses of keys are not written');
    }
  }
}
