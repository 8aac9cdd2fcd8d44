import { Inject, Injectable } from '@nestjs/common';
import { secretContext } from '@posthorn/contracts';
import { KeyRing } from '@posthorn/runtime';
import { EventStore, type Author } from '../aggregates/event.store.js';
import { SubscriptionStore } from '../subscriptions/subscription.store.js';
import { reseal } from './reseal.js';

export type Resealed = {
  /** Subscriptions that got a new snapshot, also in Kafka. */
  subscriptions: number;
  /** Events of the past whose sealed texts were replaced. */
  events: number;
};

const pageMax = 200;
type Place = { tenant_id: string; id: string };
type EventRow = { global_seq: string; tenant_id: string | null; aggregate_id: string; payload: object };

/**
 * After a new key was put in front of the ring: everything that an older one sealed is sealed again, so that
 * the older one can be taken away. Each subscription gets an event of its own, so a new snapshot goes to its
 * partition and its owner writes it into `subscriptions`; what stands in `events` leaves with the log's
 * retention. Events of the past say the same as before, in another sealing. Stops and repeats do no harm.
 */
@Injectable()
export class ResealService {
  constructor(
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(SubscriptionStore) private readonly subscriptions: SubscriptionStore,
    @Inject(KeyRing) private readonly keyRing: KeyRing,
  ) {}

  /**
   * @param options.all every subscription gets a new snapshot: for a Kafka that has none of them; those that
   * are polled have no secret, and would not be told of otherwise
   */
  async run(author: Author, { all }: { all: boolean }): Promise<Resealed> {
    const subscriptions = await this.resealSubscriptions(author, all);
    const events = await this.resealEvents();
    // Answers that are kept for a day: whoever repeats such a request is told that its answer is gone.
    await this.events.query(
      "UPDATE idempotency_keys SET answer = NULL, committed = true WHERE answer LIKE 'v1.%'",
    );
    return { subscriptions, events };
  }

  private async resealSubscriptions(author: Author, all: boolean): Promise<number> {
    let changed = 0;
    for (let after: Place = { tenant_id: '', id: '' }; ;) {
      const page = await this.events.query<Place>(
        `SELECT tenant_id, id FROM subscriptions WHERE (tenant_id, id) > ($1, $2)
          ORDER BY tenant_id, id LIMIT $3`,
        [after.tenant_id, after.id, pageMax],
      );
      for (const { tenant_id: tenantId, id } of page)
        if (await this.resealOne(tenantId, id, author, all)) changed++;
      if (page.length < pageMax) return changed;
      after = page[page.length - 1];
    }
  }

  private async resealOne(tenantId: string, id: string, author: Author, all: boolean): Promise<boolean> {
    const { value } = await this.events.write(tenantId, author, async (write) => {
      const before = await this.subscriptions.find(tenantId, id, write);
      if (!before) return false;
      const { secrets, headers } = before;
      const sealed = { secrets, headers };
      const payload = reseal(sealed, this.keyRing, secretContext(tenantId, id));
      if (payload === sealed && !all) return false;
      await this.subscriptions.append(write, before, [{ type: 'resealed', payload }], before);
      return true;
    });
    return value;
  }

  private async resealEvents(): Promise<number> {
    let changed = 0;
    for (let after = '0'; ;) {
      const page = await this.events.query<EventRow>(
        `SELECT global_seq, tenant_id, aggregate_id, payload FROM aggregate_events
          WHERE aggregate_type = 'subscription' AND type IN ('created', 'changed', 'resealed') AND global_seq > $1
          ORDER BY global_seq LIMIT $2`,
        [after, pageMax],
      );
      for (const { global_seq: seq, tenant_id: tenantId, aggregate_id: id, payload } of page) {
        const sealed = reseal(payload, this.keyRing, secretContext(tenantId ?? '', id));
        if (sealed === payload) continue;
        await this.events.query('UPDATE aggregate_events SET payload = $2 WHERE global_seq = $1', [
          seq,
          sealed,
        ]);
        changed++;
      }
      if (page.length < pageMax) return changed;
      after = page[page.length - 1].global_seq;
    }
  }
}
