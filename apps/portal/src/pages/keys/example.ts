import type { Profile } from '../../api/types';

type Sample = { type: string; entity: { name: string; id: string }; data: object };

const order: Sample = { type: 'order.created', entity: { name: 'order', id: '1001' }, data: { total: 49.9 } };
/** BRZ 365's events say no more than which object changed how. */
const partner: Sample = {
  type: 'BusinessPartner.create',
  entity: { name: 'BusinessPartner', id: '1001' },
  data: {},
};

/** What publishes a first event, to be pasted into a shell. */
export function publishExample(
  origin: string,
  { key, tenantId, profile, now }: { key: string; tenantId: string; profile: Profile; now: Date },
): string {
  const { type, entity, data } = profile === 'brz365' ? partner : order;
  const event = { tenantId, type, entity, timestamp: now.toISOString(), data };
  return [
    `curl ${quoted(`${origin}/v1/events`)}`,
    `-H ${quoted(`X-Api-Key: ${key}`)}`,
    `-H ${quoted('Content-Type: application/json')}`,
    `-d ${quoted(JSON.stringify(event))}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
