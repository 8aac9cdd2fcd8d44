import { Inject, Injectable } from '@nestjs/common';
import { encodeEvent, encodeRetry, retriesTopic, subscriptionKey } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Transaction } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { type EventRow, eventMessageOf } from './event-view.js';
import { LogProducer } from './log-producer.client.js';
import { ReplayChunkStore } from './replay-chunk.store.js';
import { isThrough, mayFollow } from './replay-pace.js';
import { type ReplayRow, ReplayStore } from './replay.store.js';
import type { SubscriptionView } from './rule-book.js';

/**
 * Sends events that the log no longer holds, as deliveries that are due now: retry-scheduler hands them to
 * the dispatcher. In order where the subscription has one: the next one of it follows when the one before
 * is over.
 */
@Injectable()
export class ReplayPayloadService {
  /** When the job last sent something from here. */
  private readonly sentAt = new Map<string, number>();

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(LogProducer) private readonly producer: LogProducer,
    @Inject(ReplayStore) private readonly replays: ReplayStore,
    @Inject(ReplayChunkStore) private readonly chunks: ReplayChunkStore,
  ) {}

  /** Whether the chunk is through, or has come further; `waits`: what was sent has to be told of first. */
  async step(
    tx: Transaction,
    row: ReplayRow,
    seqs: readonly number[],
    { ordering }: SubscriptionView,
  ): Promise<'through' | 'sent' | 'waits'> {
    const sent = await this.chunks.sent(tx, row, seqs.slice(0, row.chunk_sent));
    if (row.chunk_sent >= seqs.length) {
      if (!isThrough(ordering, sent)) return 'waits';
      this.sentAt.delete(row.id);
      return 'through';
    }
    const events = await this.chunks.events(
      tx,
      row,
      seqs.slice(row.chunk_sent).slice(0, this.budget(row.id)),
    );
    const entities = events.map((event) => event.entity_id ?? event.event_id);
    const due = events.slice(0, mayFollow(ordering, sent, entities));
    // Events that were removed meanwhile are passed over.
    const gone = events.length === 0 ? seqs.length - row.chunk_sent : 0;
    if (due.length > 0) await this.send(row, due);
    const upTo = due.length > 0 ? seqs.indexOf(Number(due.at(-1)!.seq)) + 1 : row.chunk_sent + gone;
    if (upTo === row.chunk_sent) return 'waits';
    await this.replays.update(tx, row.id, { chunk_sent: upTo });
    return 'sent';
  }

  /** At least one, so that a slow pace goes on, too. */
  private budget(id: string): number {
    const now = performance.now();
    const sinceMs = Math.min(1_000, now - (this.sentAt.get(id) ?? now - 200));
    this.sentAt.set(id, now);
    return Math.max(1, Math.floor((this.settings.replayPerS * sinceMs) / 1_000));
  }

  private async send(row: ReplayRow, events: readonly EventRow[]): Promise<void> {
    const { tenant_id: tenantId, target_subscription_id: subscriptionId, id: replayId } = row;
    const dueAt = Date.now();
    const records = events.map((event) => ({
      tenantId,
      key: subscriptionKey(tenantId, subscriptionId),
      value: encodeRetry({
        ...{ tenantId, subscriptionId, replayId, seq: Number(event.seq), attempt: 0, dueAt },
        deliveryId: deliveryId(event.event_id, subscriptionId, replayId),
        event: encodeEvent(eventMessageOf(event)),
      }),
    }));
    await this.producer.publish(retriesTopic, records);
  }
}
