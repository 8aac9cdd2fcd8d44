import type { Checked } from './draft.js';
import { FieldChecks, isRecord } from './field-checks.js';

/**
 * Posthorn's own format. Checked by hand, once per event on the hot path: names are compared, never used to
 * reach into anything, so `__proto__` is an unknown field like any other.
 *
 * @param value what JSON.parse made of the event
 * @param data the bytes of its member `data`; empty where there is none
 */
export function checkPlainEvent(value: unknown, data: Buffer): Checked {
  if (!isRecord(value)) return { kind: 'faulty', faults: [{ pointer: '', detail: 'must be an object' }] };
  const checks = new FieldChecks();
  for (const name in value) if (!isField(name)) checks.unknown(name);
  const tenantId = checks.text('/tenantId', value.tenantId);
  const type = checks.type('/type', value.type);
  const timestamp = checks.timestamp('/timestamp', value.timestamp);
  const explicitId = value.id === undefined ? undefined : checks.text('/id', value.id);
  const entity = checkEntity(checks, value.entity, explicitId !== undefined);
  if (checks.faults.length > 0) return { kind: 'faulty', faults: checks.faults };
  return {
    kind: 'draft',
    draft: { tenantId, type, entity, timestamp, explicitId, source: undefined, data },
  };
}

function isField(name: string): boolean {
  switch (name) {
    case 'tenantId':
    case 'type':
    case 'entity':
    case 'timestamp':
    case 'data':
    case 'id':
      return true;
    default:
      return false;
  }
}

function checkEntity(
  checks: FieldChecks,
  value: unknown,
  optional: boolean,
): { name: string; id: string } | null {
  if (value === undefined) {
    if (!optional) checks.add('/entity', 'is required where there is no id');
    return null;
  }
  if (!isRecord(value)) {
    checks.add('/entity', 'must be an object with name and id');
    return null;
  }
  for (const name in value) if (name !== 'name' && name !== 'id') checks.unknown(name, '/entity');
  return { name: checks.text('/entity/name', value.name), id: checks.text('/entity/id', value.id) };
}
