import { isSealed, openHeader, sealedMark } from '@posthorn/contracts';
import { pointerPart, Problems } from '../problems.js';

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

/**
 * Values that look secret, sealed; those that did not change keep their text, so that nothing changes. Names
 * are the same in whatever capitals, as they are for receivers.
 *
 * @throws AppError `invalid` for a hidden value that stands for none: the receiver would get the mark itself
 */
export function sealHeaders(
  wanted: Record<string, string>,
  before: Record<string, string>,
  { seal, open }: Sealer,
): Record<string, string> {
  const problems = new Problems();
  const values = new Map(Object.entries(before).map(([name, value]) => [name.toLowerCase(), value]));
  const entries = Object.entries(wanted).map(([name, value]) => {
    const known = values.get(name.toLowerCase());
    if (known !== undefined && (value === hiddenValue || openHeader(known, open) === value))
      return [name, known];
    if (value === hiddenValue)
      problems.add(
        `/headers/${pointerPart(name)}`,
        'cannot be [hidden]: there is no header of this name whose value could stay',
      );
    return [name, looksSecret(name, value) ? sealedMark + seal(value) : value];
  });
  problems.throwIfAny();
  return Object.fromEntries(entries) as Record<string, string>;
}

export function shownHeaders(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    isSealed(value) || looksSecret(name, value) ? hiddenValue : value,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
