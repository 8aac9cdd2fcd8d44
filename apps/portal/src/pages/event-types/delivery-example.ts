import type { Profile } from '../../api/types';

const timestamp = '2026-04-15T10:00:01.234Z';

/** What a receiver gets of such an event, as the platform's documentation has it. `data` is an example's. */
export function deliveryExample(profile: Profile, tenantId: string, type: string, data: unknown): string {
  if (profile === 'brutlers') return JSON.stringify({ event: type, data, timestamp });
  if (profile === 'brz365') {
    const dot = type.lastIndexOf('.');
    return JSON.stringify({
      licenseOwnerId: tenantId,
      event: type.slice(dot + 1),
      entityName: type.slice(0, Math.max(dot, 0)),
      entityId: '9154afa-258d-4fdc-8fa2-4a719675fe83',
      timestamp: '2025-11-07T14:32:45Z',
    });
  }
  if (profile === 'standard') return JSON.stringify({ type, timestamp, data });
  const source = `/tenants/${encodeURIComponent(tenantId)}`;
  const head = { specversion: '1.0', id: 'evt_…', source, type, time: timestamp, tenantid: tenantId };
  return JSON.stringify({ ...head, datacontenttype: 'application/json', data });
}
