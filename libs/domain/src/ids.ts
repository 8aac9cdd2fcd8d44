import { hash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array, length: number): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

const idLength = 26;
/** As many bytes as an id tells of. */
const idBytes = new Uint8Array(Math.ceil((idLength * 5) / 8));

/**
 * Length-prefixed, so that no two lists of parts have one spelling. Each delivery has one: a hash as text
 * costs a third of one as a buffer.
 */
function idOf(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  const bytes = hash('sha256', text, 'binary');
  for (let i = 0; i < idBytes.length; i++) idBytes[i] = bytes.charCodeAt(i);
  return base32(idBytes, idLength);
}

export type EventIdentity =
  | { tenantId: string; explicitId: string }
  | { tenantId: string; source: string; sourceId: string }
  /** An event of Posthorn's own: what it is about. No publisher's id can be the same. */
  | { tenantId: string; operational: readonly string[] }
  | {
      tenantId: string;
      entity: { name: string; id: string };
      type: string;
      timestamp: string;
      data: Uint8Array;
    };

/**
 * The customer's key (entityId + timestamp) made safe against two different events of one entity in one
 * instant
 * (architecture, section 3). An explicit id, or a CloudEvents source and id, takes the place of all but the
 * tenant.
 */
export function eventId(identity: EventIdentity): string {
  const { tenantId } = identity;
  if ('explicitId' in identity) return `evt_${idOf(['id', tenantId, identity.explicitId])}`;
  if ('source' in identity) {
    return `evt_${idOf(['ce', tenantId, identity.source, identity.sourceId])}`;
  }
  if ('operational' in identity) {
    return `evt_${idOf(['posthorn', tenantId, ...identity.operational])}`;
  }
  const { entity, type, timestamp, data } = identity;
  const dataHash = hash('sha256', data, 'hex');
  return `evt_${idOf(['entity', tenantId, entity.name, entity.id, type, timestamp, dataHash])}`;
}

/** One event to one subscription; a replay is a delivery of its own. */
export function deliveryId(eventIdText: string, subscriptionId: string, replayId = ''): string {
  return `dlv_${idOf([eventIdText, subscriptionId, replayId])}`;
}

export function attemptId(deliveryIdText: string, attempt: number): string {
  return `att_${deliveryIdText.slice('dlv_'.length)}_${attempt}`;
}

/** An id for what people create: 130 bits out of 17 random bytes (domain reads no randomness itself). */
export function newId(
  prefix: 'sub' | 'key' | 'usr' | 'rpl' | 'ers' | 'cmd' | 'sec' | 'lnk' | 'ses',
  random: Uint8Array,
): string {
  return `${prefix}_${base32(random, idLength)}`;
}
