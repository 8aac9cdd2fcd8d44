import { Inject, Injectable } from '@nestjs/common';
import { encodeEvent, encodeRetry, retriesTopic, subscriptionKey } from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import type { Transaction } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { type EventRow, eventMessageOf } from './event-view.js';
import { LogProducer } from './log-producer.client.js';
import { ReplayChunkStore, type SentState } from './replay-chunk.store.js';
import { isThrough, mayFollow } from './replay-pace.js';
import { type ReplayRow, ReplayStore } from './replay.store.js';
import type { SubscriptionView } from './rule-book.js';

/**
 * Of payloads at a time: far less than the producer's queue holds, which refuses what is more, and written
 * well before who waits for Kafka's answer gives up. A step that fails there is done again as a whole.
 */
const stepBytesMax = 4 * 1024 * 1024;

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
    const { sent, open } = await this.stateOf(tx, row, seqs);
    if (row.chunk_sent >= seqs.length) {
      if (!isThrough(ordering, sent)) return 'waits';
      this.sentAt.delete(row.id);
      return 'through';
    }
    const next = open.slice(0, this.budget(row.id));
    const entities = next.map(({ entity }) => entity);
    const may = next.slice(0, mayFollow(ordering, sent, entities)).map(({ seq }) => seq);
    const due = may.length === 0 ? [] : await this.chunks.events(tx, row, may, stepBytesMax);
    if (due.length > 0) await this.send(row, due);
    // Events that were removed meanwhile are passed over.
    const rest = open.length === 0 ? seqs.length : row.chunk_sent;
    const upTo = due.length > 0 ? seqs.indexOf(Number(due.at(-1)!.seq)) + 1 : rest;
    if (upTo === row.chunk_sent) return 'waits';
    await this.replays.update(tx, row.id, { chunk_sent: upTo });
    return 'sent';
  }

  /**
   * What was sent of the chunk and what was not. A step that failed may have sent some of what came next:
   * nothing of which a delivery is known is sent again.
   */
  private async stateOf(
    tx: Transaction,
    row: ReplayRow,
    seqs: readonly number[],
  ): Promise<{ sent: SentState[]; open: SentState[] }> {
    const noted = new Set(seqs.slice(0, row.chunk_sent));
    const [sent, open]: SentState[][] = [[], []];
    for (const event of await this.chunks.sent(tx, row, seqs))
      (noted.has(event.seq) || event.status !== 'sent' ? sent : open).push(event);
    return { sent, open };
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
