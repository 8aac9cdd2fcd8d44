import { profileNames } from '@posthorn/domain';
import { allScopes } from './keys/api-key.js';
import { tenantRoles } from './users/user.dto.js';

/**
 * Bodies as the OpenAPI document shows them. What is checked stands with each route, names every wrong field,
 * and depends on the profile in places: these schemas promise nothing that is not checked there.
 */
const text = (maxLength: number, more: object = {}) => ({ type: 'string', maxLength, ...more });
const object = (required: readonly string[], properties: object) => ({
  type: 'object',
  additionalProperties: false,
  ...(required.length > 0 ? { required } : {}),
  properties,
});
const list = (items: object, more: object = {}) => ({ type: 'array', items, ...more });
const texts = { type: 'object', additionalProperties: { type: 'string' } };

const url = text(2048, { format: 'uri' });
const time = { type: 'string', format: 'date-time' };
const email = text(254, { format: 'email' });
const password = { type: 'string', minLength: 12, maxLength: 256 };
const entity = object(['name', 'id'], { name: text(200), id: text(200) });
const expression = text(1_000, { description: 'CEL over event, entity and data' });
const types = list(text(200), { minItems: 1, maxItems: 100 });
const change = { type: 'string', enum: ['create', 'change', 'delete'] };
const entities = list(object(['name', 'changes'], { name: text(200), changes: list(change) }), {
  ...{ minItems: 1, maxItems: 100 },
});
const filter = {
  oneOf: [object(['types'], { types, expression }), object(['entities'], { entities, expression })],
};
const auth = {
  oneOf: [
    object(['secret'], { secret: text(256) }),
    object(['authorization'], { authorization: text(1024) }),
  ],
};
const delayMs = { type: 'integer', minimum: 0, maximum: 604_800_000 };
const jitter = { type: 'number', minimum: 0, maximum: 1 };
const retryPolicy = {
  oneOf: [
    object(['delaysMs'], { delaysMs: list(delayMs, { maxItems: 49 }), jitter }),
    object(['baseMs', 'factor', 'maxMs', 'attempts'], {
      baseMs: delayMs,
      factor: { type: 'number', minimum: 1, maximum: 10 },
      maxMs: delayMs,
      attempts: { type: 'integer', minimum: 1, maximum: 50 },
      jitter,
    }),
  ],
};
const status = { type: 'string', enum: ['active', 'paused', 'disabled'] };
const changed = {
  name: text(200),
  description: text(1_000),
  url,
  filter,
  ordering: { type: 'string', enum: ['strict', 'per-entity', 'unordered'] },
  status,
  verification: { type: 'string', enum: ['none', 'challenge'] },
  auth,
  retryPolicy,
  timeoutMs: { type: 'integer', minimum: 100, maximum: 60_000 },
  rateLimit: { type: ['number', 'null'], minimum: 0.1, maximum: 10_000 },
  headers: texts,
  metadata: texts,
};
const startFrom = { anyOf: [{ type: 'string', enum: ['now', 'earliest'] }, time] };

/** What is polled has no URL. */
const kind = { type: 'string', enum: ['webhook', 'poll'] };

const webhook = { url, events: types };
const operator = { email, name: text(200), password };
const role = { type: 'string', enum: tenantRoles };

export const shapes = {
  tenant: object(['id', 'profile'], {
    id: text(200, { pattern: '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$' }),
    ...{ profile: { type: 'string', enum: profileNames }, name: text(200) },
  }),
  tenantChanged: object(['name'], { name: text(200) }),
  key: object(['name'], {
    name: text(200),
    scopes: list({ type: 'string', enum: allScopes }, { minItems: 1, uniqueItems: true }),
    expiresAt: { type: ['string', 'null'], format: 'date-time' },
  }),
  subscription: {
    ...object([], { kind, ...changed, startFrom }),
    anyOf: [{ required: ['url'] }, { required: ['kind'], properties: { kind: { enum: ['poll'] } } }],
  },
  subscriptionReplaced: object(['url'], changed),
  subscriptionChanged: object([], changed),
  match: object(['event'], {
    event: { type: 'object', required: ['type'], properties: { type: text(200), entity, data: {} } },
    filter,
  }),
  probe: object([], { type: text(200), entity: { anyOf: [entity, { type: 'null' }] }, data: {} }),
  received: object(['headers', 'body'], { headers: texts, body: text(48 * 1024) }),
  rotation: object([], {
    auth,
    kind: { type: 'string', enum: ['hmac', 'ed25519'] },
    overlapS: { type: 'integer', minimum: 0, maximum: 604_800 },
  }),
  eventType: object([], {
    description: text(1_000),
    schema: { type: ['object', 'boolean', 'null'], description: 'JSON Schema 2020-12 of data' },
    examples: list({}, { maxItems: 10 }),
    onInvalid: { type: 'string', enum: ['reject', 'warn'] },
    deprecated: { type: 'boolean' },
  }),
  operator: object(['email', 'name', 'password'], operator),
  user: object(['email', 'name', 'password', 'role'], { ...operator, role }),
  operatorChanged: object([], { name: text(200) }),
  userChanged: object([], { name: text(200), role }),
  portalLink: object([], {
    role,
    expiresInS: { type: 'integer', minimum: 30, maximum: 604_800 },
    sessionS: { type: 'integer', minimum: 60, maximum: 43_200 },
  }),
  reseal: object([], { all: { type: 'boolean' } }),
  logIn: object(['email', 'password'], { email, password: text(256) }),
  link: object(['token'], { token: text(100) }),
  password: object(['current', 'new'], { current: text(256), new: password }),
  webhook: object(['url', 'events'], webhook),
  webhookChanged: object([], { ...webhook, status: { type: 'string', enum: ['active', 'inactive'] } }),
};
