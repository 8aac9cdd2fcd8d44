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

/** Length-prefixed, so that no two lists of parts have one spelling. */
function digest(parts: readonly string[]): Buffer {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return hash('sha256', text, 'buffer');
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
  if ('explicitId' in identity) return `evt_${base32(digest(['id', tenantId, identity.explicitId]), 26)}`;
  if ('source' in identity) {
    return `evt_${base32(digest(['ce', tenantId, identity.source, identity.sourceId]), 26)}`;
  }
  if ('operational' in identity) {
    return `evt_${base32(digest(['posthorn', tenantId, ...identity.operational]), 26)}`;
  }
  const { entity, type, timestamp, data } = identity;
  const dataHash = hash('sha256', data, 'hex');
  return `evt_${base32(digest(['entity', tenantId, entity.name, entity.id, type, timestamp, dataHash]), 26)}`;
}

/** One event to one subscription; a replay is a delivery of its own. */
export function deliveryId(eventIdText: string, subscriptionId: string, replayId = ''): string {
  return `dlv_${base32(digest([eventIdText, subscriptionId, replayId]), 26)}`;
}

export function attemptId(deliveryIdText: string, attempt: number): string {
  return `att_${deliveryIdText.slice('dlv_'.length)}_${attempt}`;
}

/** An id for what people create: 130 bits out of 17 random bytes (domain reads no randomness itself). */
export function newId(
  prefix: 'sub' | 'key' | 'usr' | 'rpl' | 'ers' | 'cmd' | 'sec' | 'lnk',
  random: Uint8Array,
): string {
  return `${prefix}_${base32(random, 26)}`;
}
