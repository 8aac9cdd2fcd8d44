import { randomBytes } from 'node:crypto';
import type { ProfileName } from '@posthorn/domain';
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
  wrong: (value) => (isStandardSecret(value) ? undefined : 'must be whsec_ and base64 of 24 to 64 bytes'),
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
