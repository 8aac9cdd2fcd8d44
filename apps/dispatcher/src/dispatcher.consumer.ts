import { dueTopic, eventsTopic } from '@posthorn/contracts';
import type { RecordBatch } from '@posthorn/messaging';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { DispatcherService } from './dispatcher.service.js';
import { transportId } from './transport.js';

/** Everything the dispatcher reads. Handlers take a batch into memory and return at once. */
@Controller()
export class DispatcherConsumer {
  constructor(private readonly dispatcher: DispatcherService) {}

  @EventPattern<Record<string, RecordBatch>>(eventsTopic.name, transportId)
  onEvents(@Payload() batch: RecordBatch): void {
    this.dispatcher.onEvents(batch);
  }

  @EventPattern<Record<string, RecordBatch>>(dueTopic.name, transportId)
  onDue(@Payload() batch: RecordBatch): void {
    this.dispatcher.onDue(batch);
  }
}
