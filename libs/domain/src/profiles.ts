import type { KeyObject } from 'node:crypto';
import type { Matchable } from './matching.js';
import type { RetryPolicy } from './retry-policy.js';
import { brutlersSignature, hmacKey, type StandardKey, standardKey, standardSignature } from './signing.js';

export type ProfileName = 'brutlers' | 'brz365' | 'standard' | 'cloudevents';
export type Ordering = 'strict' | 'per-entity' | 'unordered';

/** What a profile renders: an event with its data as the publisher wrote it. */
export type ProfileEvent = Matchable & {
  id: string;
  tenantId: string;
  timestamp: string;
  source?: string;
  data: Uint8Array;
};

/** Keys of a subscription, opened once and kept; `text` is for profiles that send the secret as it is. */
export type SigningKeys = { text: string; hmac?: KeyObject; standard?: StandardKey[] };

/**
 * How one platform's webhooks look and behave: data plus small pure functions (architecture, section 6).
 * Facts of the
 * two customer platforms are their documentation's; what it leaves open is marked in docs/profiles.md.
 */
export type Profile = {
  name: ProfileName;
  ordering: Ordering;
  /** Whether a subscription may choose another ordering. */
  orderingFixed: boolean;
  timeoutMs: number;
  retryPolicy: RetryPolicy;
  /** Null: no fixed catalogue. */
  eventTypes: readonly string[] | null;
  subscriptionsMax: number;
  nameUnique: boolean;
  /** How a receiver agrees before its URL is saved. `challenge` only where a subscription asks for it. */
  verification: 'none' | 'head' | 'options' | 'challenge';
  /** A deleted subscription's delivery logs go with it. */
  deletesLogs: boolean;
  /** Whether a subscription that fails for days on end is disabled. */
  disablesWhenFailing: boolean;
  contentType: string;
  keyPrefix: 'brut_' | 'ph_';
  openKeys(secrets: readonly string[]): SigningKeys;
  render(event: ProfileEvent): Buffer;
  /** Flat name, value list of what proves the sender. */
  authHeaders(keys: SigningKeys, event: { id: string }, body: Uint8Array, nowMs: number): string[];
  /** Why such an event cannot be published to a tenant of this profile; undefined when it can. */
  refuses(event: Matchable): string | undefined;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const empty = Buffer.from('{}');

const brutlersEventTypes = [
  'order.created',
  'order.status_changed',
  'inquiry.received',
  'appointment.confirmed',
  'appointment.cancelled',
  'customer.created',
] as const;

const brutlers: Profile = {
  name: 'brutlers',
  ordering: 'unordered',
  orderingFixed: true,
  timeoutMs: 10_000,
  retryPolicy: { delaysMs: [10_000, minuteMs, 10 * minuteMs], jitter: 0.1 },
  eventTypes: brutlersEventTypes,
  subscriptionsMax: 5,
  nameUnique: false,
  verification: 'none',
  deletesLogs: true,
  disablesWhenFailing: true,
  contentType: 'application/json',
  keyPrefix: 'brut_',
  openKeys: ([text]) => ({ text, hmac: hmacKey(text) }),
  // Receivers verify over JSON.stringify(req.body): the body has to be what JSON.stringify makes of its own
  // parse.
  render: ({ type, data, timestamp }) =>
    Buffer.from(JSON.stringify({ event: type, data: parseData(data), timestamp })),
  authHeaders: ({ hmac }, _event, body) => ['X-Brutlers-Signature', brutlersSignature(hmac!, body)],
  refuses: ({ type }) =>
    (brutlersEventTypes as readonly string[]).includes(type)
      ? undefined
      : `unknown event type ${quoted(type)}`,
};

const brz365Type = /^(.+)\.(create|change|delete)$/;

const brz365: Profile = {
  name: 'brz365',
  ordering: 'strict',
  orderingFixed: true,
  timeoutMs: 5_000,
  // "starting at 1 second, up to 512 seconds. After 10 retries, the event [is] marked failure": no jitter.
  retryPolicy: { delaysMs: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((s) => s * 1000) },
  eventTypes: null,
  subscriptionsMax: 200,
  nameUnique: true,
  verification: 'head',
  deletesLogs: false,
  // "Deliveries pause and retry": nothing is said of an end to that.
  disablesWhenFailing: false,
  contentType: 'application/json',
  keyPrefix: 'ph_',
  openKeys: ([text]) => ({ text }),
  render: ({ type, tenantId, entity, timestamp }) =>
    Buffer.from(
      JSON.stringify({
        licenseOwnerId: tenantId,
        event: brz365Type.exec(type)?.[2] ?? type,
        entityName: entity?.name ?? '',
        entityId: entity?.id ?? '',
        timestamp,
      }),
    ),
  authHeaders: ({ text }) => ['Authorization', text],
  refuses: ({ type, entity }) => {
    const [, name] = brz365Type.exec(type) ?? [];
    if (!name) return `type ${quoted(type)} is not <EntityName>.<create|change|delete>`;
    if (!entity) return 'entity is required';
    return entity.name === name
      ? undefined
      : `type ${quoted(type)} does not fit entity ${quoted(entity.name)}`;
  },
};

const standard: Profile = {
  name: 'standard',
  ordering: 'unordered',
  orderingFixed: false,
  timeoutMs: 15_000,
  retryPolicy: {
    delaysMs: [5_000, 5 * minuteMs, 30 * minuteMs, ...[2, 5, 10, 14, 20, 24].map((h) => h * hourMs)],
    jitter: 0.1,
  },
  eventTypes: null,
  subscriptionsMax: 200,
  nameUnique: false,
  verification: 'challenge',
  deletesLogs: false,
  disablesWhenFailing: true,
  contentType: 'application/json',
  keyPrefix: 'ph_',
  openKeys: (secrets) => ({ text: '', standard: secrets.map(standardKey) }),
  render: ({ type, timestamp, data }) => {
    const head = `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(timestamp)},"data":`;
    return Buffer.concat([Buffer.from(head), data.length > 0 ? data : empty, Buffer.from('}')]);
  },
  authHeaders: ({ standard: keys }, { id }, body, nowMs) => {
    const timestampS = Math.floor(nowMs / 1000);
    return [
      'webhook-timestamp',
      String(timestampS),
      'webhook-signature',
      standardSignature(keys!, id, timestampS, body),
    ];
  },
  refuses: () => undefined,
};

const cloudevents: Profile = {
  ...standard,
  name: 'cloudevents',
  verification: 'options',
  contentType: 'application/cloudevents+json',
  render: ({ id, type, tenantId, entity, timestamp, source, data }) => {
    const head = JSON.stringify({
      specversion: '1.0',
      id,
      source: source ?? `/tenants/${encodeURIComponent(tenantId)}`,
      type,
      ...(entity ? { subject: `${entity.name}/${entity.id}` } : {}),
      time: timestamp,
      tenantid: tenantId,
      datacontenttype: 'application/json',
    });
    if (data.length === 0) return Buffer.from(head);
    return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"data":`), data, Buffer.from('}')]);
  },
};

const profiles: Record<ProfileName, Profile> = { brutlers, brz365, standard, cloudevents };

export const profileNames = Object.keys(profiles) as ProfileName[];

export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

function parseData(data: Uint8Array): unknown {
  return data.length === 0
    ? {}
    : JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8'));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
