import type { KeyRing } from '@posthorn/runtime';

const sealedForm = /^(sealed:)?(v1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9_-]{40,})$/;

/**
 * The same JSON with every sealed text in it that an older key of the ring sealed, sealed again by the
 * newest; the very same object when there is none. What no key of the ring opens stays as it is.
 */
export function reseal<T>(value: T, keyRing: KeyRing, context: string): T {
  if (typeof value === 'string') return resealText(value, keyRing, context) as T;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => reseal(item, keyRing, context));
    return items.some((item, i) => item !== value[i]) ? (items as T) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    reseal<unknown>(item, keyRing, context),
  ]);
  const isSame = entries.every(([name, item]) => item === (value as Record<string, unknown>)[name as string]);
  return isSame ? value : (Object.fromEntries(entries) as T);
}

function resealText(text: string, keyRing: KeyRing, context: string): string {
  const [, mark = '', sealed] = sealedForm.exec(text) ?? [];
  if (sealed === undefined || !keyRing.needsReseal(sealed)) return text;
  try {
    return mark + keyRing.seal(keyRing.open(sealed, context), context);
  } catch {
    return text;
  }
}
