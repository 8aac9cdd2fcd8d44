import type { Subscription } from './subscription.js';

export type Example = { type: string; entity: { name: string; id: string } | null; data: unknown };

/** Ids as the two platforms' documentation prints them. */
const orderId = 'clx1234567890abcdef';
const partnerId = '9154afa-258d-4fdc-8fa2-4a719675fe83';

/** What a test sends where its caller says nothing: a type the subscription asks for, where there is one. */
export function exampleOf(
  { profile, filter }: Pick<Subscription, 'profile' | 'filter'>,
  type?: string,
): Example {
  if (profile === 'brz365') {
    const [first] = 'entities' in filter ? filter.entities : [];
    const asked = type ?? `${first?.name ?? 'BusinessPartner'}.${first?.changes[0] ?? 'change'}`;
    const name = asked.slice(0, Math.max(0, asked.lastIndexOf('.'))) || asked;
    return { type: asked, entity: { name, id: partnerId }, data: {} };
  }
  if (profile === 'brutlers') {
    const asked = type ?? ('types' in filter ? filter.types[0] : undefined) ?? 'order.created';
    const entity = { name: asked.split('.')[0], id: orderId };
    return { type: asked, entity, data: { id: orderId, test: true } };
  }
  return { type: type ?? 'posthorn.ping', entity: null, data: { message: 'This is a test.' } };
}
