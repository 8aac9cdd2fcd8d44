import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { attemptsTopic, cursorsTopic, eventsTopic, subscriptionsTopic } from '@posthorn/contracts';
import type { RecordBatch } from '@posthorn/messaging';
import { ProjectionService } from './projection.service.js';
import { DELIVERY_LOG_TRANSPORT } from './delivery-log.transport.js';

type Batches = Record<string, RecordBatch>;

/** Everything delivery-log reads as a member of its group. Batches are only queued. */
@Controller()
export class DeliveryLogConsumer {
  constructor(@Inject(ProjectionService) private readonly projections: ProjectionService) {}

  @EventPattern<Batches>(eventsTopic.name, DELIVERY_LOG_TRANSPORT)
  onEvents(@Payload() batch: RecordBatch): void {
    this.projections.take(batch);
  }

  @EventPattern<Batches>(attemptsTopic.name, DELIVERY_LOG_TRANSPORT)
  onAttempts(@Payload() batch: RecordBatch): void {
    this.projections.take(batch);
  }

  @EventPattern<Batches>(cursorsTopic.name, DELIVERY_LOG_TRANSPORT)
  onCursors(@Payload() batch: RecordBatch): void {
    this.projections.take(batch);
  }

  @EventPattern<Batches>(subscriptionsTopic.name, DELIVERY_LOG_TRANSPORT)
  onSubscriptions(@Payload() batch: RecordBatch): void {
    this.projections.take(batch);
  }
}
