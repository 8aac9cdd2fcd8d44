import { isSealed, openHeader, sealedMark } from '@posthorn/contracts';

/** What a credential in a customer's own header is shown as; sent back, it means "as it was". */
export const hiddenValue = '[hidden]';

const secretName = /auth|token|secret|key|passw|credential|signature|session|cookie/i;
/** A scheme of Authorization, a JSON Web Token, a prefixed key, or 32 and more random-looking characters. */
const secretValue =
  /^(bearer|basic|digest|token)\s|^eyJ[\w-]+\.|^(sk|pk|ghp|gho|xox[abp]|whsec|brut|ph)_|^(?=.*\d)[A-Za-z0-9+/_=-]{32,}$/i;

/** Whether a header looks like a credential: such values are sealed at rest, and never shown again. */
export function looksSecret(name: string, value: string): boolean {
  return secretName.test(name) || secretValue.test(value);
}

export type Sealer = { seal(plain: string): string; open(sealed: string): string };

/** Values that look secret, sealed; those that did not change keep their text, so that nothing changes. */
export function sealHeaders(
  wanted: Record<string, string>,
  before: Record<string, string>,
  { seal, open }: Sealer,
): Record<string, string> {
  const entries = Object.entries(wanted).map(([name, value]) => {
    const known = before[name];
    if (known !== undefined && (value === hiddenValue || openHeader(known, open) === value))
      return [name, known];
    return [name, looksSecret(name, value) ? sealedMark + seal(value) : value];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

export function shownHeaders(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    isSealed(value) || looksSecret(name, value) ? hiddenValue : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
