import { createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import {
  bytesOf,
  checkedSecrets,
  describedBy,
  requiredHeader,
  type SecretsOptions,
  type Verified,
  type Verifier,
  WebhookError,
} from './verifier.js';

export type StandardWebhooksOptions = SecretsOptions & {
  /** How far a timestamp may be from now, before or after. Default 300 s, as the reference libraries. */
  toleranceS?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
};

export type VerifiedStandard = Verified & { webhookId: string; sentAt: Date };

type Key = { version: 'v1'; secret: Buffer } | { version: 'v1a'; publicKey: KeyObject };

/** An ed25519 check takes 0.1 ms; a header full of them would be work for nothing. Senders write a few. */
const signaturesMax = 32;
const spkiEd25519 = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Standard Webhooks 1.0: `v1` (HMAC-SHA256, secrets `whsec_…`) and `v1a` (ed25519, public keys `whpk_…`),
 * both over `<webhook-id>.<webhook-timestamp>.<body>`.
 *
 * @throws TypeError when a secret cannot be read
 */
export function standardWebhooks(options: StandardWebhooksOptions): Verifier<VerifiedStandard> {
  const { toleranceS = 300, now = Date.now } = options;
  if (!(toleranceS > 0)) throw new TypeError('toleranceS must be above 0');
  const keys = checkedSecrets(options.secrets).map(keyOf);
  return {
    verify(body, headers) {
      const bytes = bytesOf(body);
      const webhookId = requiredHeader(headers, 'webhook-id');
      const timestamp = requiredHeader(headers, 'webhook-timestamp');
      const signatures = signaturesOf(requiredHeader(headers, 'webhook-signature'));
      const sentS = secondsOf(timestamp);
      if (Math.abs(now() / 1000 - sentS) > toleranceS) {
        const message = `webhook-timestamp is more than ${toleranceS} s from now`;
        throw new WebhookError('timestamp-out-of-tolerance', 'webhook-timestamp', message);
      }
      const signed = Buffer.concat([Buffer.from(`${webhookId}.${timestamp}.`), bytes]);
      if (!anyFits(keys, signatures, signed)) {
        const message = 'no entry of webhook-signature fits any of the secrets';
        throw new WebhookError('bad-signature', 'webhook-signature', message);
      }
      return { ...describedBy(headers), webhookId, sentAt: new Date(sentS * 1000) };
    },
  };
}

type Signature = { version: string; bytes: Buffer };

/** Entries of versions to come are passed over, as the specification asks. */
function signaturesOf(header: string): Signature[] {
  const entries = header.split(' ').filter((entry) => entry !== '');
  const wellFormed = entries.every((entry) => /^[^,]+,[^,]+$/.test(entry));
  if (entries.length === 0 || entries.length > signaturesMax || !wellFormed) {
    const message = `webhook-signature is not 1 to ${signaturesMax} of <version>,<base64>`;
    throw new WebhookError('malformed', 'webhook-signature', message);
  }
  return entries.map((entry) => {
    const [version, text] = entry.split(',');
    return { version, bytes: Buffer.from(text, 'base64') };
  });
}

function secondsOf(timestamp: string): number {
  if (/^\d{1,12}$/.test(timestamp)) return Number(timestamp);
  throw new WebhookError('malformed', 'webhook-timestamp', 'webhook-timestamp is not a number of seconds');
}

/** All keys against all entries, without stopping at the first that fits. */
function anyFits(keys: readonly Key[], signatures: readonly Signature[], signed: Buffer): boolean {
  let fits = false;
  for (const key of keys) {
    const expected = key.version === 'v1' ? createHmac('sha256', key.secret).update(signed).digest() : null;
    for (const { version, bytes } of signatures) {
      if (version !== key.version) continue;
      if (key.version === 'v1a') fits = verify(null, signed, key.publicKey, bytes) || fits;
      else fits = (bytes.length === expected!.length && timingSafeEqual(bytes, expected!)) || fits;
    }
  }
  return fits;
}

function keyOf(secret: string): Key {
  if (secret.startsWith('whsk_'))
    throw new TypeError('whsk_ is a sender’s key; a receiver has the whpk_ one');
  if (secret.startsWith('whpk_')) {
    const raw = decoded(secret.slice('whpk_'.length));
    if (raw.length !== 32) throw new TypeError('a whpk_ key has 32 bytes');
    const der = Buffer.concat([spkiEd25519, raw]);
    return { version: 'v1a', publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
  }
  const text = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret;
  return { version: 'v1', secret: decoded(text) };
}

/** Strict: Node would read a mistyped secret as another one, and every signature would be wrong. */
function decoded(text: string): Buffer {
  if (text !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(text)) return Buffer.from(text, 'base64');
  throw new TypeError('a secret is whsec_ or whpk_ and base64');
}
