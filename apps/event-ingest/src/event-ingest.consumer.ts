import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { inboxTopic } from '@posthorn/contracts';
import type { RecordBatch } from '@posthorn/messaging';
import { InboxService } from './inbox.service.js';

/** Names the transport of this service: in one process with others, each reads only its own topics. */
export const EVENT_INGEST_TRANSPORT = Symbol('posthorn.event-ingest.transport');

/** Everything event-ingest reads as a member of its group. Offsets are the inbox service's business. */
@Controller()
export class EventIngestConsumer {
  constructor(private readonly inbox: InboxService) {}

  @EventPattern<Record<string, RecordBatch>>(inboxTopic.name, EVENT_INGEST_TRANSPORT)
  onInbox(@Payload() batch: RecordBatch): void {
    this.inbox.take(batch);
  }
}
