export {
  BatchProducer,
  ProducerStopped,
  ProducerUnavailable,
  type BatchProducerOptions,
  type OutRecord,
} from './batch-producer.js';
export { RecordRefused } from './batch-sender.js';
export {
  KafkaBatchServer,
  type AssignmentHooks,
  type KafkaBatchServerOptions,
  type Progress,
} from './kafka-batch-server.js';
export { KafkaConnection, type KafkaSettings, type TopicSpec } from './kafka-connection.js';
export type { LogFn } from './kafka-log.js';
export { type LogBounds, positionWithin } from './log-bounds.js';
export { murmur2, partitionFor } from './partition.js';
export type { InRecord, RecordBatch, TopicPartition } from './records.js';
export { readTrace, traceHeaders, type TraceContext } from './trace-context.js';
export { Fenced, FencedWriter, OutcomeUnknown, type TxRecord } from './fenced-writer.js';
export { OffsetWindow, type OffsetWindowOptions } from './offset-window.js';
export {
  LogReader,
  OffsetExpired,
  ReaderStopped,
  type Following,
  type LogReaderOptions,
  type ReadResult,
} from './log-reader.js';
export { settledWithin } from './waiting.js';
