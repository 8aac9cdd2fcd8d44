import type { Filter, RetryPolicy } from '@posthorn/contracts';
import type { Ordering, Profile } from '@posthorn/domain';
import { isRFC3339 } from 'class-validator';
import { isPlainText, Problems } from '../problems.js';
import { readHeaders, readInteger, readMetadata, readNumber, readRetryPolicy } from './delivery-rules.js';
import { readFilter } from './filter-rules.js';
import { readSecret, requiredSecretField } from './secret-rules.js';
import type { SubscriptionStatus, Verification } from './subscription.js';

/** A request's fields after its rules; what was not given is absent. */
export type SubscriptionInput = {
  name?: string;
  description?: string;
  url?: string;
  /** Only when it is made. */
  kind?: SubscriptionKind;
  /** Only when it is made: epoch ms, or `earliest`; absent is from now on. */
  startFrom?: number | 'earliest';
  filter?: Filter;
  ordering?: Ordering;
  status?: SubscriptionStatus;
  verification?: Verification;
  secret?: string;
  retryPolicy?: RetryPolicy;
  timeoutMs?: number;
  rateLimit?: number | null;
  headers?: Record<string, string>;
  metadata?: Record<string, string>;
};

/** `create` and `replace` need everything that has no default; `merge` takes what is there. */
export type InputMode = 'create' | 'replace' | 'merge';

/** `poll`: its receiver fetches what there is for it, and has no URL. */
export type SubscriptionKind = 'webhook' | 'poll';
const kinds: readonly SubscriptionKind[] = ['webhook', 'poll'];

const statuses: readonly SubscriptionStatus[] = ['active', 'paused', 'disabled'];
const orderings: readonly Ordering[] = ['strict', 'per-entity', 'unordered'];
const urlMaxChars = 2048;

type Fields = Partial<Record<keyof Omit<SubscriptionInput, 'secret'> | 'auth', unknown>>;

/** @throws AppError `invalid`, naming every wrong field */
export function readSubscription(body: Fields, profile: Profile, mode: InputMode): SubscriptionInput {
  const problems = new Problems();
  const given = <T>(value: unknown, read: (value: unknown) => T | undefined): T | undefined =>
    value === undefined ? undefined : read(value);
  const input: SubscriptionInput = {
    name: given(body.name, (value) => readName(value, profile, problems)),
    description: given(body.description, (value) => readDescription(value, problems)),
    startFrom: given(body.startFrom, (value) => readStart(value, body, mode, problems)),
    kind: given(body.kind, (value) => readKind(value, profile, problems)),
    url: given(body.kind === 'poll' && body.url === '' ? undefined : body.url, (value) =>
      readUrl(value, problems),
    ),
    filter: given(body.filter, (value) => readFilter(value, profile, problems)),
    ordering: given(body.ordering, (value) => readOrdering(value, profile, problems)),
    status: given(body.status, (value) => readStatus(value, problems)),
    verification: given(body.verification, (value) => readVerification(value, profile, problems)),
    secret: given(body.auth, (value) => readSecret(value, profile.name, problems)),
    retryPolicy: given(body.retryPolicy, (value) => readRetryPolicy(value, problems)),
    timeoutMs: given(body.timeoutMs, (value) => readInteger(value, '/timeoutMs', problems, 100, 60_000)),
    rateLimit: given(body.rateLimit, (value) =>
      value === null ? null : readNumber(value, '/rateLimit', problems, 0.1, 10_000),
    ),
    headers: given(body.headers, (value) => readHeaders(value, problems)),
    metadata: given(body.metadata, (value) => readMetadata(value, problems)),
  };
  if (mode !== 'merge') for (const field of missing(body, profile, mode)) problems.add(field, 'is required');
  if (input.kind === 'poll') refuseReceiver(input, problems);
  problems.throwIfAny();
  return withoutUndefined(input);
}

function missing(body: Fields, profile: Profile, mode: InputMode): string[] {
  const fields: string[] = [];
  if (body.url === undefined && body.kind !== 'poll') fields.push('/url');
  if (profile.nameUnique && body.name === undefined) fields.push('/name');
  const hasCatalogue = profile.eventTypes !== null || profile.name === 'brz365';
  if (hasCatalogue && body.filter === undefined) fields.push('/filter');
  const secret = requiredSecretField(profile.name);
  // A secret cannot be read, so whoever replaces what he has read cannot send it back: it stays.
  const auth = body.auth as Record<string, unknown> | undefined | null;
  if (secret && mode === 'create' && auth?.[secret.slice('/auth/'.length)] === undefined) fields.push(secret);
  return fields;
}

/** The platforms' own formats promise to call a URL. */
function readKind(value: unknown, profile: Profile, problems: Problems): SubscriptionKind | undefined {
  const isFree = profile.name === 'standard' || profile.name === 'cloudevents';
  const known = isFree ? kinds : kinds.slice(0, 1);
  if (known.includes(value as SubscriptionKind)) return value as SubscriptionKind;
  problems.add('/kind', `is not one of ${known.join(', ')}`);
  return undefined;
}

/** What only makes sense for a receiver that is called. */
function refuseReceiver(input: SubscriptionInput, problems: Problems): void {
  const fields = ['url', 'startFrom', 'verification', 'secret', 'rateLimit', 'headers'] as const;
  for (const field of fields) {
    const value = input[field];
    const isEmpty = value === undefined || value === null || JSON.stringify(value) === '{}';
    if (!isEmpty)
      problems.add(`/${field === 'secret' ? 'auth' : field}`, 'is not for a subscription that is polled');
  }
}

function readName(value: unknown, { nameUnique }: Profile, problems: Problems): string | undefined {
  if (isPlainText(value, 200) && !(nameUnique && value.trim() === '')) return value.trim().normalize('NFC');
  const min = nameUnique ? 1 : 0;
  problems.add('/name', `must be a text of ${min} to 200 characters without control characters`);
  return undefined;
}

function readDescription(value: unknown, problems: Problems): string | undefined {
  if (isPlainText(value, 1_000)) return value;
  problems.add('/description', 'must be a text of at most 1000 characters without control characters');
  return undefined;
}

function readStart(
  value: unknown,
  { status = 'active' }: Fields,
  mode: InputMode,
  problems: Problems,
): number | 'earliest' | undefined {
  const pointer = '/startFrom';
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  if (mode !== 'create') problems.add(pointer, 'can only be given when it is made');
  else if (value === 'now') return undefined;
  else if (value !== 'earliest' && (!isRFC3339(value) || Number.isNaN(at)))
    problems.add(pointer, 'must be now, earliest or a time (RFC 3339)');
  else if (status !== 'active') problems.add(pointer, 'must be now unless it begins active');
  else return value === 'earliest' ? value : at;
  return undefined;
}

export function readUrl(value: unknown, problems: Problems): string | undefined {
  if (isPlainText(value, urlMaxChars) && value !== '') return value;
  problems.add('/url', `must be a URL of at most ${urlMaxChars} characters`);
  return undefined;
}

function readOrdering(value: unknown, profile: Profile, problems: Problems): Ordering | undefined {
  const ordering = value as Ordering;
  if (!orderings.includes(ordering)) problems.add('/ordering', `is not one of ${orderings.join(', ')}`);
  else if (profile.orderingFixed && ordering !== profile.ordering)
    problems.add('/ordering', `is always ${profile.ordering} with the profile ${profile.name}`);
  else return ordering;
  return undefined;
}

function readStatus(value: unknown, problems: Problems): SubscriptionStatus | undefined {
  if (statuses.includes(value as SubscriptionStatus)) return value as SubscriptionStatus;
  problems.add('/status', `is not one of ${statuses.join(', ')}`);
  return undefined;
}

function readVerification(value: unknown, profile: Profile, problems: Problems): Verification | undefined {
  const known = profile.verification === 'challenge' ? ['none', 'challenge'] : [];
  if (known.includes(value as string)) return value as Verification;
  const detail = known.length > 0 ? `is not one of ${known.join(', ')}` : 'is not chosen with this profile';
  problems.add('/verification', detail);
  return undefined;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
