export { ByType } from './by-type.js';
export {
  apiKeyHash,
  type DirectoryEntry,
  DirectoryState,
  type EventTypeRule,
  type KeyHolder,
  type Scope,
  type Tenant,
} from './directory-state.js';
export { attemptId, base32, deliveryId, eventId, type EventIdentity, newId } from './ids.js';
export {
  asksForOperational,
  type CompileExpression,
  type CompiledFilter,
  compileFilter,
  entryAt,
  type Filter,
  FilterHistory,
  foldMatching,
  type Matchable,
  type MatchingEntry,
} from './matching.js';
export {
  isOperationalType,
  type OperationalEvent,
  operationalEvent,
  type OperationalType,
} from './operational.js';
export {
  type Ordering,
  type Profile,
  type ProfileEvent,
  type ProfileName,
  profileNames,
  profileOf,
  type SigningKeys,
} from './profiles.js';
export {
  attemptsOf,
  parseRetryAfterMs,
  retryAfterMaxMs,
  retryDelayMs,
  type RetryPolicy,
} from './retry-policy.js';
export {
  brutlersSignature,
  hmacKey,
  type StandardKey,
  standardKey,
  standardPublicKey,
  standardSignature,
} from './signing.js';
export { userAgent } from './user-agent.js';
export { Lane } from './lane.js';
export {
  type AfterFailure,
  type Failure,
  type LaneEffects,
  type LaneItem,
  type LaneRecord,
  type LaneSettings,
  type ParkReason,
} from './lane-record.js';
