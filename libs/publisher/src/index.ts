export type { QueueLimits } from './batch-queue.js';
export {
  batchJson,
  binaryRecord,
  type CloudEvent,
  cloudEvent,
  type CloudEventAttributes,
  cloudEventBatchType,
  cloudEventType,
  structuredJson,
} from './cloud-event.js';
export {
  EventError,
  type EventInput,
  eventMaxBytes,
  type EntityRef,
  plainJson,
  plainWebhookId,
  readyEvent,
  type ReadyEvent,
  readyEvents,
  type Trace,
} from './event.js';
export type { Fault } from './field-checks.js';
export { type Fetch, HttpRefusal } from './http-answer.js';
export { HttpPublisher, type HttpPublisherOptions } from './http-publisher.js';
export { type EventIdentity, webhookIdOf } from './ids.js';
export { type KafkaProducer, KafkaPublisher, type KafkaPublisherOptions } from './kafka-publisher.js';
export { NotSentError, type Outcome, PublishError } from './outcome.js';
export { murmur2, murmur2Partitioner, partitionFor } from './partition.js';
