import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { cursorsTopic, retriesTopic } from '@posthorn/contracts';
import type { RecordBatch } from '@posthorn/messaging';
import { RetrySchedulerService } from './retry-scheduler.service.js';
import { RETRY_SCHEDULER_TRANSPORT } from './retry-scheduler.transport.js';

type Batches = Record<string, RecordBatch>;

/** Everything retry-scheduler reads. Batches are only queued; offsets are the projection's business. */
@Controller()
export class RetrySchedulerConsumer {
  constructor(@Inject(RetrySchedulerService) private readonly scheduler: RetrySchedulerService) {}

  @EventPattern<Batches>(cursorsTopic.name, RETRY_SCHEDULER_TRANSPORT)
  onCursors(@Payload() batch: RecordBatch): void {
    this.scheduler.take(batch);
  }

  @EventPattern<Batches>(retriesTopic.name, RETRY_SCHEDULER_TRANSPORT)
  onRetries(@Payload() batch: RecordBatch): void {
    this.scheduler.take(batch);
  }
}
