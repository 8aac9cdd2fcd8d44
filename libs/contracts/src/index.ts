export {
  type AttemptMessage,
  type AttemptsMessage,
  decodeAttempts,
  encodeAttempts,
  type LaneCancelled,
} from './attempts.v1.js';
export { type AuditNote, type AuditNoteKind, decodeAuditNote, encodeAuditNote } from './audit-notes.v1.js';
export {
  type BehindLane,
  type CursorsMessage,
  decodeCursors,
  dueKey,
  encodeCursors,
  laneKey,
  type LaneMessage,
  laneOfKey,
  ownerKey,
  type ParkedLane,
  windowKey,
} from './cursors.v1.js';
export {
  decodeDirectory,
  type DirectoryEventType,
  type DirectoryKey,
  directoryKey,
  type DirectoryMessage,
  type DirectorySessionKey,
  type DirectoryTenant,
  type DirectoryUser,
  encodeDirectory,
  type Scope,
} from './directory.v1.js';
export {
  decodeEvents,
  encodeControl,
  encodeEvent,
  type EventMessage,
  type EventsMessage,
  type LaneCommand,
  type SubscriptionChanged,
} from './events.v1.js';
export { decodeKeyUse, encodeKeyUse, type KeyUse } from './key-uses.v1.js';
export {
  decodeRejected,
  encodeRejected,
  type RejectedMessage,
  rejectedOriginalMaxBytes,
} from './rejected.v1.js';
export { decodeSeqs, encodeSeqs, type ReplayOrder } from './replay-order.js';
export {
  decodeDue,
  decodeRetries,
  decodeRetry,
  type DeliveryDue,
  type DueMessage,
  encodeDue,
  encodeForget,
  encodeRetry,
  type ForgetMessage,
  type LaneDue,
  type RetryMessage,
} from './retries.v1.js';
export {
  decodeSubscription,
  encodeSubscription,
  type Filter,
  type MatchingEntry,
  type RetryPolicy,
  isSealed,
  openHeader,
  sealedMark,
  secretContext,
  subscriptionKey,
  type SubscriptionMessage,
  type SubscriptionSnapshot,
} from './subscriptions.v1.js';
export {
  allTopics,
  attemptsTopic,
  auditNotesTopic,
  cursorsTopic,
  directoryTopic,
  dueTopic,
  eventExpiryMs,
  eventRetentionMs,
  eventsTopic,
  inboxTopic,
  keyUsesTopic,
  partitionsFor,
  rejectedTopic,
  retriesTopic,
  subscriptionsTopic,
  type TopicDefinition,
  topicSpecs,
} from './topics.js';
export { joinKey, splitKey, UndecodableError } from './wire.js';
