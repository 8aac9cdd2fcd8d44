import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
} from 'node:crypto';

/** Brutlers: lower-case hex HMAC-SHA256 of the body; the key is the secret's text itself. */
export function brutlersSignature(secret: KeyObject, body: Uint8Array): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** A key for HMAC is made once and kept: deriving it per request costs more than the signature. */
export function hmacKey(secret: string | Uint8Array): KeyObject {
  return typeof secret === 'string' ? createSecretKey(secret, 'utf8') : createSecretKey(secret);
}

export type StandardKey = { version: 'v1' | 'v1a'; key: KeyObject };

const pkcs8Ed25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * A Standard Webhooks signing secret: `whsec_` + base64 (HMAC-SHA256, `v1`) or `whsk_` + base64 of an
 * ed25519 secret
 * key, 32 bytes of seed or 64 of seed and public key (`v1a`).
 */
export function standardKey(secret: string): StandardKey {
  if (secret.startsWith('whsk_')) {
    const seed = Buffer.from(secret.slice('whsk_'.length), 'base64').subarray(0, 32);
    const der = Buffer.concat([pkcs8Ed25519, seed]);
    return { version: 'v1a', key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }
  const encoded = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  return { version: 'v1', key: createSecretKey(Buffer.from(encoded, 'base64')) };
}

/**
 * The public half of a `whsk_` secret, for receivers: `whpk_` + base64 of 32 bytes (Standard Webhooks 1.0).
 */
export function standardPublicKey(secret: string): string {
  const spki = createPublicKey(standardKey(secret).key).export({ format: 'der', type: 'spki' });
  return `whpk_${spki.subarray(-32).toString('base64')}`;
}

/** `webhook-signature`: one entry per live key, over `id.timestamp.body` (Standard Webhooks 1.0). */
export function standardSignature(
  keys: readonly StandardKey[],
  id: string,
  timestampS: number,
  body: Uint8Array,
): string {
  const prefix = `${id}.${timestampS}.`;
  return keys
    .map(({ version, key }) => {
      if (version === 'v1')
        return `v1,${createHmac('sha256', key).update(prefix).update(body).digest('base64')}`;
      return `v1a,${sign(null, Buffer.concat([Buffer.from(prefix), body]), key).toString('base64')}`;
    })
    .join(' ');
}
