import { randomBytes } from 'node:crypto';
import { standardPublicKey, type ProfileName } from '@posthorn/domain';
import { isObject, pointerPart, type Problems } from '../problems.js';
import { isHeaderValue } from './delivery-rules.js';

type SecretRules = {
  /** The one field of `auth`. */
  field: 'authorization' | 'secret';
  wrong(value: unknown): string | undefined;
  /** Undefined: its owner chooses it. */
  generate?: () => string;
};

const standardWebhooks: SecretRules = {
  field: 'secret',
  wrong: (value) =>
    isStandardSecret(value) || isEd25519Secret(value)
      ? undefined
      : 'must be whsec_ and base64 of 24 to 64 bytes, or whsk_ and base64 of an ed25519 key',
  generate: () => `whsec_${randomBytes(32).toString('base64')}`,
};

const rules: Record<ProfileName, SecretRules> = {
  brutlers: {
    field: 'secret',
    // Receivers use the text as the HMAC key. Ours have 64 hex characters; others bring their own.
    wrong: (value) =>
      typeof value === 'string' && /^[\x21-\x7e]{16,256}$/.test(value)
        ? undefined
        : 'must be 16 to 256 printable characters without spaces',
    generate: () => randomBytes(32).toString('hex'),
  },
  brz365: {
    field: 'authorization',
    wrong: (value) =>
      isHeaderValue(value, 1024)
        ? undefined
        : 'must be 1 to 1024 printable ASCII characters without a space at either end',
  },
  standard: standardWebhooks,
  cloudevents: standardWebhooks,
};

/** The secret in `auth`, if there is one and it is right. Its text never gets into a problem. */
export function readSecret(input: unknown, profile: ProfileName, problems: Problems): string | undefined {
  const { field, wrong } = rules[profile];
  if (!isObject(input)) {
    problems.add('/auth', `must be an object with ${field}`);
    return undefined;
  }
  for (const name of Object.keys(input))
    if (name !== field) problems.add(`/auth/${pointerPart(name)}`, `is not a field of this profile's auth`);
  const value = input[field];
  const complaint = value === undefined ? undefined : wrong(value);
  if (complaint) problems.add(`/auth/${field}`, complaint);
  return complaint ? undefined : (value as string | undefined);
}

/** Undefined where the owner has to choose. */
export function generateSecret(profile: ProfileName): string | undefined {
  return rules[profile].generate?.();
}

/** `whsk_` and base64 of seed and public key, as the Standard Webhooks libraries take it. */
export function generateEd25519(): string {
  const seed = randomBytes(32);
  const publicKey = standardPublicKey(`whsk_${seed.toString('base64')}`).slice('whpk_'.length);
  return `whsk_${Buffer.concat([seed, Buffer.from(publicKey, 'base64')]).toString('base64')}`;
}

export type SecretKind = 'hmac' | 'ed25519' | 'header';

export function kindOf(secret: string, profile: ProfileName): SecretKind {
  if (profile === 'brz365') return 'header';
  return profile !== 'brutlers' && secret.startsWith('whsk_') ? 'ed25519' : 'hmac';
}

/** Receivers of these profiles may know several secrets at once; the others' know one. */
export const keepsOldSecrets = (profile: ProfileName): boolean =>
  profile === 'standard' || profile === 'cloudevents';

export function requiredSecretField(profile: ProfileName): string | undefined {
  return rules[profile].generate ? undefined : `/auth/${rules[profile].field}`;
}

function isStandardSecret(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('whsec_') || value.length > 100) return false;
  const encoded = value.slice('whsec_'.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node skips what is not base64; only what comes back the same was base64.
  return bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}

/** A seed, or seed and public key that belong together: others would sign what nobody can verify. */
function isEd25519Secret(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('whsk_') || value.length > 100) return false;
  const encoded = value.slice('whsk_'.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded || (bytes.length !== 32 && bytes.length !== 64)) return false;
  return bytes.length === 32 || standardPublicKey(value) === `whpk_${bytes.subarray(32).toString('base64')}`;
}
