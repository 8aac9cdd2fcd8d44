import { createHash } from 'node:crypto';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const idLength = 26;

/** What an event's id is made of. */
export type EventIdentity =
  | { tenantId: string; ownId: string }
  | { tenantId: string; source: string; ownId: string }
  | {
      tenantId: string;
      entity: { name: string; id: string };
      type: string;
      timestamp: string;
      /** The JSON text of `data`, as it is sent; empty where there is none. */
      data: string;
    };

/**
 * The id that Posthorn gives an event, and that receivers see as `webhook-id`: of the tenant and the event's
 * own id; of a CloudEvent its source as well; of an event without an id, entity, type, timestamp and data.
 * It is computed, not drawn: publishing again gives the same one.
 */
export function webhookIdOf(identity: EventIdentity): string {
  const { tenantId } = identity;
  if ('source' in identity) return idOf(['ce', tenantId, identity.source, identity.ownId]);
  if ('ownId' in identity) return idOf(['id', tenantId, identity.ownId]);
  const { entity, type, timestamp, data } = identity;
  const dataHash = createHash('sha256').update(data).digest('hex');
  return idOf(['entity', tenantId, entity.name, entity.id, type, timestamp, dataHash]);
}

/** Length-prefixed, so that no two lists of parts have one spelling. */
function idOf(parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return `evt_${base32(createHash('sha256').update(text).digest())}`;
}

/** RFC 4648, lower case, the first 130 bits. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < idLength) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
