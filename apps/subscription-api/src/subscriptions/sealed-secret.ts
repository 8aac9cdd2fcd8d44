import { randomBytes } from 'node:crypto';
import { secretContext } from '@posthorn/contracts';
import { newId, standardPublicKey, type ProfileName } from '@posthorn/domain';
import type { KeyRing } from '@posthorn/runtime';
import { kindOf } from './secret-rules.js';
import type { SealedSecret } from './subscription.js';

/** A secret as it may be kept: named, sealed to its subscription. */
export function sealedSecret(
  keyRing: KeyRing,
  { tenantId, id, profile }: { tenantId: string; id: string; profile: ProfileName },
  secret: string,
): SealedSecret {
  const kind = kindOf(secret, profile);
  return {
    id: newId('sec', randomBytes(17)),
    kind,
    createdAt: new Date().toISOString(),
    sealed: keyRing.seal(secret, secretContext(tenantId, id)),
    ...(kind === 'ed25519' ? { publicKey: standardPublicKey(secret) } : {}),
  };
}
