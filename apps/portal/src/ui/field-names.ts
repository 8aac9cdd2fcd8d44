import type { TextKey, Translate } from '../i18n/texts';

/** What the portal calls the fields of the API. */
const names: Record<string, TextKey> = {
  id: 'overview.id',
  name: 'common.name',
  description: 'form.description',
  url: 'form.url',
  headers: 'delivery.headers',
  filter: 'form.events',
  rateLimit: 'form.rateLimit',
  timeoutMs: 'form.timeout',
  type: 'deliveries.type',
  schema: 'types.schema',
  examples: 'types.examples',
  email: 'users.email',
  password: 'login.password',
  role: 'users.role',
  scopes: 'keys.scopes',
  expiresAt: 'keys.expires',
  subscriptionId: 'deliveries.webhook',
  targetSubscriptionId: 'replays.target',
  from: 'common.from',
  to: 'common.to',
};

/** A field by its pointer, in the reader's words; what is within it follows as it is. */
export function fieldName(pointer: string, t: Translate): string {
  const [, first = '', ...rest] = pointer.split('/');
  const known = Object.hasOwn(names, first) ? names[first] : undefined;
  if (!known) return pointer;
  return [t(known), ...rest].join(' / ');
}
