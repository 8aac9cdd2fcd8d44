import { Allow } from 'class-validator';
import type { Filter, RetryPolicy } from '@posthorn/contracts';
import type { Health } from '../lanes/health.js';
import { shownHeaders } from './header-secrets.js';
import type { Subscription } from './subscription.js';

/** The fields there are; what they may hold depends on the profile and is decided in subscription-input. */
export class SubscriptionBody {
  @Allow() name?: unknown;
  @Allow() description?: unknown;
  @Allow() kind?: unknown;
  @Allow() url?: unknown;
  @Allow() startFrom?: unknown;
  @Allow() status?: unknown;
  @Allow() ordering?: unknown;
  @Allow() filter?: unknown;
  @Allow() auth?: unknown;
  @Allow() retryPolicy?: unknown;
  @Allow() timeoutMs?: unknown;
  @Allow() rateLimit?: unknown;
  @Allow() headers?: unknown;
  @Allow() metadata?: unknown;
  @Allow() verification?: unknown;
}

export type SubscriptionView = {
  id: string;
  name: string;
  description: string;
  kind: 'webhook' | 'poll';
  url: string;
  status: string;
  /** Why, where it was not its owner's doing. */
  statusReason?: string;
  ordering: string;
  filter: Filter;
  retryPolicy: RetryPolicy;
  timeoutMs: number;
  rateLimit: number | null;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  verification?: string;
  /** What the receiver said in the CloudEvents handshake, in deliveries a second. */
  allowedRate?: number | null;
  version: number;
  createdAt: string;
  updatedAt: string;
  health?: Health;
};

/** Field by field, so that no secret gets out by being added to the state. */
export function subscriptionView(state: Subscription, health?: Health): SubscriptionView {
  return {
    id: state.id,
    name: state.name,
    description: state.description ?? '',
    kind: state.kind ?? 'webhook',
    url: state.url,
    status: state.status,
    ...(state.statusReason === null ? {} : { statusReason: state.statusReason }),
    ordering: state.ordering,
    filter: state.filter,
    retryPolicy: state.retryPolicy,
    timeoutMs: state.timeoutMs,
    rateLimit: state.rateLimit,
    headers: shownHeaders(state.headers),
    metadata: state.metadata,
    ...(state.verification === undefined ? {} : { verification: state.verification }),
    ...(state.allowedRate === undefined ? {} : { allowedRate: state.allowedRate }),
    version: state.version,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    ...(health ? { health } : {}),
  };
}
