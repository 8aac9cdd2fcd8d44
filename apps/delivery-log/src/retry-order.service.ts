import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { encodeEvent, encodeRetry, retriesTopic, subscriptionKey } from '@posthorn/contracts';
import { newId } from '@posthorn/domain';
import { AppError, Database } from '@posthorn/runtime';
import { fillAuditOutbox, type OrderedBy } from './audit-notes.js';
import { DeliveryStore } from './delivery.store.js';
import { eventMessageOf } from './event-view.js';
import { EventStore } from './event.store.js';
import { LogProducer, NotAcknowledged } from './log-producer.client.js';
import { refusalOf } from './retry-order.js';

export type RetryOrdered = {
  deliveryId: string;
  subscriptionId: string;
  eventId: string;
  /** The number of the attempt that is made now. */
  attempt: number;
};

/**
 * Tries one delivery again now, beside its lane: what retry-scheduler has for it is replaced, and its
 * attempts go on where they were. That it was tried is told by the attempt; here it is noted who asked.
 */
@Injectable()
export class RetryOrderService {
  constructor(
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LogProducer) private readonly producer: LogProducer,
    @Inject(Database) private readonly database: Database,
  ) {}

  /** Resolves when Kafka has the order. @throws AppError `not-found`, `conflict`, `unavailable` */
  async give(tenantId: string, deliveryId: string, by: OrderedBy, eventId?: string): Promise<RetryOrdered> {
    const delivery = await this.deliveries.find(tenantId, deliveryId, eventId);
    if (!delivery) throw new AppError('not-found', 'No such delivery.');
    const { subscriptionId, seq, replayId, attemptCount: attempt } = delivery;
    const [event, subscription, wasOver] = await Promise.all([
      this.events.at(tenantId, seq),
      this.deliveries.stateOf(tenantId, subscriptionId),
      this.deliveries.wasOver(deliveryId),
    ]);
    const acceptedAtMs = event?.accepted_at.getTime();
    const known = { ...{ seq, replayId, wasOver, acceptedAtMs }, status: delivery.status };
    const dueAt = Date.now();
    const refusal = refusalOf(known, subscription, dueAt);
    if (refusal) throw new AppError('conflict', refusal);
    const value = encodeRetry({
      ...{ tenantId, subscriptionId, deliveryId, seq, attempt, dueAt },
      ...(replayId === null ? {} : { replayId }),
      event: encodeEvent(eventMessageOf(event!)),
    });
    // First, and for good: what Kafka does not acknowledge below may be carried out all the same.
    await fillAuditOutbox(this.database, by, {
      ...{ id: newId('cmd', randomBytes(17)), tenantId, kind: 'delivery.retried', subjectId: deliveryId },
      details: { subscriptionId, attempt: attempt + 1 },
    });
    await this.order({ tenantId, key: subscriptionKey(tenantId, subscriptionId), value });
    return { deliveryId, subscriptionId, eventId: delivery.eventId, attempt: attempt + 1 };
  }

  private async order(record: { tenantId: string; key: string; value: Buffer }): Promise<void> {
    try {
      await this.producer.publish(retriesTopic, [record]);
    } catch (cause) {
      if (!(cause instanceof NotAcknowledged)) throw cause;
      throw new AppError('unavailable', 'Kafka does not answer; the order may be carried out all the same.', {
        cause,
        retryAfterS: 2,
      });
    }
  }
}
