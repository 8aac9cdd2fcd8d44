export type HookEvent = {
  type: string | null;
  entity: { name: string; id: string } | null;
  timestamp: string | null;
};

/** What a body says of its event, in the words of whichever profile; null where it is none of them. */
export function eventIn(body: unknown): HookEvent | null {
  if (!isRecord(body)) return null;
  const { data } = body;
  const timestamp = text(body['timestamp']) ?? text(body['time']);
  const brzEntity = text(body['entityName']);
  if (brzEntity !== null) {
    const id = text(body['entityId']);
    const entity = id === null ? null : { name: brzEntity, id };
    return { type: `${brzEntity}.${text(body['event']) ?? ''}`, entity, timestamp };
  }
  const type = text(body['type']) ?? text(body['event']);
  if (type === null) return null;
  return { type, entity: subjectOf(body) ?? entityOf(type, data), timestamp };
}

/** Of `posthorn.verification`: what has to be sent back. */
export function challengeIn(body: unknown): string | null {
  if (!isRecord(body) || body['type'] !== 'posthorn.verification' || !isRecord(body['data'])) return null;
  return text(body['data']['challenge']);
}

/** CloudEvents: `<entity name>/<entity id>`. */
function subjectOf(body: Record<string, unknown>): HookEvent['entity'] {
  const subject = text(body['subject']);
  const at = subject?.indexOf('/') ?? -1;
  return subject !== null && at > 0 ? { name: subject.slice(0, at), id: subject.slice(at + 1) } : null;
}

/** Usually `data.id`, of what the type's first part names. */
function entityOf(type: string, data: unknown): HookEvent['entity'] {
  const id = isRecord(data) ? data['id'] : null;
  if (typeof id !== 'string' && typeof id !== 'number') return null;
  return { name: type.split('.', 1)[0], id: String(id) };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
