export { apiKeyOf, apiKeyRequired } from './api-key.js';
export { Gate } from './concurrency.js';
export {
  type BulkTransaction,
  Database,
  type DatabaseOptions,
  type Transaction,
  type TransactionLimits,
} from './database.js';
export type { EntityClass, MigrationClass } from './database-setup.js';
export {
  blamesData,
  isConnectionLoss,
  isStatementTimeout,
  isTransientDatabaseError,
  isUniqueViolation,
} from './database-errors.js';
export { compileExpression, ExpressionError, type Expression, storedExpression } from './expression.js';
export {
  compileSchema,
  type JsonSchema,
  JsonSchemaError,
  type SchemaCheck,
  wasTooSlow,
} from './json-schema.js';
export { Asks, queryParameters, serveDocs, serveDocument, Takes, TakesAs } from './docs.js';
export { HealthModule, HealthRegistry, type HealthAnswer } from './health.js';
export type { ServiceRequest } from './http.js';
export {
  ComparedOnly,
  IdempotencyInterceptor,
  idempotencyKeyOf,
  isRepeat,
  markClaim,
} from './idempotency.js';
export { idempotencyKeysIndex, idempotencyKeysTable, IdempotencyStore } from './idempotency-store.js';
export { kafkaSettings } from './kafka.js';
export { KeyUseNotes } from './key-use-notes.js';
export { createLogger, kafkaLog, serializeError, type KafkaLog, type Logger } from './logging.js';
export {
  AppError,
  errorTable,
  noSuchTenant,
  problemContentType,
  problemOf,
  toAppError,
  type AppErrorExtra,
  type ErrorCode,
  type FieldError,
  type Problem,
} from './problem.js';
export {
  invalidCursor,
  invalidQuery,
  type Page,
  pageCursor,
  pageLimit,
  pageLimitMax,
  placeOf,
} from './page.js';
export { ProblemFilter } from './problem.filter.js';
export { RateLimits } from './rate-limits.js';
export { LOGGER, RuntimeModule } from './runtime.module.js';
export {
  scopesOf,
  type Session,
  type SessionRole,
  sessionSetCookie,
  type SessionSigner,
  sessionSigner,
  sessionTokenOf,
  signSession,
  verifySession,
} from './session.js';
export { KeyRing, SealedError } from './secrets.js';
export { runMain, startService, type Service, type ServiceOptions } from './service.js';
export {
  CommonSettings,
  DatabaseSettings,
  describeSettings,
  loadSettings,
  Setting,
  SettingsError,
  type SettingDescription,
  type SettingsClass,
} from './settings.js';
export { StartError } from './start-error.js';
export { commonMetrics } from './telemetry/common-metrics.js';
export {
  Buckets,
  Count,
  durationBounds,
  type MetricAttributes,
  type MetricDefinition,
  Metrics,
  type Observe,
} from './telemetry/metrics.js';
export {
  observeConsumer,
  observeDatabase,
  observeProducer,
  observeProjection,
} from './telemetry/observers.js';
export { sendOptions } from './telemetry/send-options.js';
export { type OpenSpan, type SpanOptions, Spans } from './telemetry/spans.js';
export { prometheusName } from './telemetry/prometheus.js';
export { Telemetry } from './telemetry/telemetry.js';
export { admittedTrace } from './telemetry/http-spans.js';
export { formatTraceparent, parseTraceparent, type TraceContext } from './tracing.js';
export { isStorable, notStorable, validate } from './validation.js';
export { ProjectionRunner, type ProjectionOptions } from './projection.js';
export { projectionOffsetsTable } from './projection-offsets.js';
export type {
  OffsetRange,
  ProjectionBatch,
  ProjectionHandler,
  ProjectionRecord,
  ProjectionServer,
  Rejection,
  SharedHandler,
  TopicPartition,
} from './projection-types.js';
