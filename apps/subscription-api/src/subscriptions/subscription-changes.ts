import { isDeepStrictEqual } from 'node:util';
import type { Filter } from '@posthorn/contracts';
import type { Profile } from '@posthorn/domain';
import type { InputMode, SubscriptionInput } from './subscription-input.js';
import type { SealedSecret, Subscription, SubscriptionEvent, SubscriptionSettings } from './subscription.js';

const everything: Filter = { types: ['*'] };

/**
 * The settings a request asks for, where it says nothing the profile's. Secrets are the caller's business.
 */
export function settingsOf(
  input: SubscriptionInput,
  profile: Profile,
): Omit<SubscriptionSettings, 'secrets' | 'url'> {
  return {
    name: input.name ?? '',
    description: input.description ?? '',
    filter: input.filter ?? everything,
    retryPolicy: input.retryPolicy ?? profile.retryPolicy,
    timeoutMs: input.timeoutMs ?? profile.timeoutMs,
    rateLimit: input.rateLimit ?? null,
    headers: input.headers ?? {},
    metadata: input.metadata ?? {},
    ...(input.verification === undefined ? {} : { verification: input.verification }),
  };
}

/**
 * What has to happen to bring a subscription to where a request wants it; nothing, when it is there
 * already. Replacing keeps what is no setting: status, ordering, and the secrets, which nobody can read and
 * send back.
 */
export function changesOf(
  before: Subscription,
  input: SubscriptionInput,
  mode: Exclude<InputMode, 'create'>,
  profile: Profile,
  secrets: SealedSecret[] | undefined,
): SubscriptionEvent[] {
  const { ordering: _ordering, status, secret: _secret, startFrom: _start, kind: _kind, ...given } = input;
  const wanted: Partial<SubscriptionSettings> = {
    ...(mode === 'replace' ? settingsOf(input, profile) : given),
    ...(given.url === undefined ? {} : { url: given.url }),
    ...(secrets ? { secrets } : {}),
  };
  const changed = Object.fromEntries(
    Object.entries(wanted).filter(
      ([name, value]) =>
        !isDeepStrictEqual(value, { description: '', ...before }[name as keyof Subscription]),
    ),
  ) as Partial<SubscriptionSettings>;
  const events: SubscriptionEvent[] = [];
  if (Object.keys(changed).length > 0) events.push({ type: 'changed', payload: changed });
  if (status && status !== before.status) events.push({ type: 'status-changed', payload: { status } });
  return events;
}
