export { brutlers } from './brutlers.js';
export { brz365 } from './brz365.js';
export { type OnceResult, SeenIds, type SeenIdsOptions } from './seen-ids.js';
export {
  standardWebhooks,
  type StandardWebhooksOptions,
  type VerifiedStandard,
} from './standard-webhooks.js';
export {
  type RawBody,
  type RequestHeaders,
  type SecretsOptions,
  type Verified,
  type Verifier,
  WebhookError,
  type WebhookErrorReason,
} from './verifier.js';
