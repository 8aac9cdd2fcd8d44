import { Allow } from 'class-validator';
import { type Profile } from '@posthorn/domain';
import { Problems } from '../problems.js';
import { readTypes } from './filter-rules.js';
import { readUrl, type SubscriptionInput } from './subscription-input.js';
import type { Subscription } from './subscription.js';

export class CreateWebhookBody {
  @Allow() url?: unknown;
  @Allow() events?: unknown;
}

export class UpdateWebhookBody extends CreateWebhookBody {
  @Allow() status?: unknown;
}

/**
 * As Brutlers' documentation has it; `status` and the fields of answers are assumed, it does not show them.
 */
export type WebhookView = {
  id: string;
  url: string;
  events: string[];
  status: 'active' | 'inactive';
  createdAt: string;
};

export function webhookView({ id, url, filter, status, createdAt }: Subscription): WebhookView {
  return {
    id,
    url,
    events: 'types' in filter ? filter.types : [],
    status: status === 'active' ? 'active' : 'inactive',
    createdAt,
  };
}

/** @throws AppError `invalid`, naming every wrong field by Brutlers' names */
export function readWebhook(
  body: UpdateWebhookBody,
  profile: Profile,
  mode: 'create' | 'merge',
): SubscriptionInput {
  const problems = new Problems();
  const input: SubscriptionInput = {};
  for (const field of ['url', 'events'] as const)
    if (mode === 'create' && body[field] === undefined) problems.add(`/${field}`, 'is required');
  if (body.url !== undefined) input.url = readUrl(body.url, problems);
  if (body.events !== undefined) input.filter = readTypes(body.events, profile, '/events', problems);
  if (body.status === 'active') input.status = 'active';
  // What comes while a webhook is inactive is not delivered later, as nothing in the documentation promises
  // it.
  else if (body.status === 'inactive') input.status = 'disabled';
  else if (body.status !== undefined) problems.add('/status', 'is not one of active, inactive');
  problems.throwIfAny();
  return input;
}

/**
 * What this API has no words for stays as it is: a pause, which reads as `inactive` and must not become an
 * end of all that waits when somebody writes back what he read, and the condition of a filter.
 */
export function keepingUnsaid(before: Subscription, input: SubscriptionInput): SubscriptionInput {
  const { status, filter, ...others } = input;
  const { expression } = before.filter;
  const staysPaused = status === 'disabled' && before.status === 'paused';
  return {
    ...others,
    ...(status === undefined || staysPaused ? {} : { status }),
    ...(filter === undefined
      ? {}
      : { filter: expression === undefined ? filter : { ...filter, expression } }),
  };
}
