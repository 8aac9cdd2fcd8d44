import {
  brutlers,
  brz365,
  standardWebhooks,
  WebhookError,
  type RequestHeaders,
  type Verifier,
} from '@posthorn/receiver';

export type SignatureScheme = 'standard' | 'brutlers' | 'brz365';

/** `unchecked`: there is a proof, and no secret to check it with. `reason`: why it is invalid. */
export type SignatureCheck = {
  state: 'valid' | 'invalid' | 'unsigned' | 'unchecked';
  scheme: SignatureScheme | null;
  reason: string | null;
};

/** Which proof a request carries. A static Authorization header may stand beside a signature. */
const headerOf: [SignatureScheme, string][] = [
  ['standard', 'webhook-signature'],
  ['brutlers', 'x-brutlers-signature'],
  ['brz365', 'authorization'],
];
const verifierOf: Record<SignatureScheme, (secret: string) => Verifier> = {
  standard: (secret) => standardWebhooks({ secrets: [secret] }),
  brutlers: (secret) => brutlers({ secrets: [secret] }),
  brz365: (secret) => brz365({ secrets: [secret] }),
};

/** As a receiver of one's own would do it: with the receiver kit, over the bytes that came. */
export function checkSignature(
  secret: string | null,
  body: Uint8Array,
  headers: Exclude<RequestHeaders, { get: unknown }>,
): SignatureCheck {
  const [scheme] = headerOf.find(([, name]) => headers[name]) ?? [];
  if (!scheme) return { state: 'unsigned', scheme: null, reason: null };
  if (secret === null) return { state: 'unchecked', scheme, reason: null };
  try {
    verifierOf[scheme](secret).verify(body, headers);
    return { state: 'valid', scheme, reason: null };
  } catch (error) {
    if (error instanceof WebhookError) return { state: 'invalid', scheme, reason: error.message };
    // The secret is not of this kind.
    if (error instanceof TypeError) return { state: 'invalid', scheme, reason: error.message };
    throw error;
  }
}
