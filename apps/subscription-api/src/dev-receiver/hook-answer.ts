import type { HookSettings } from './hook-settings.dto.js';
import type { SignatureCheck } from './hook-signature.js';

/** Why a hook answers as it does. */
export type AnswerReason = 'well' | 'failing' | 'failNext' | 'rejected' | 'hang';

export type Decision = { kind: 'hang' | 'answer'; reason: AnswerReason; status: number };

/** `isDelivery`: a verification is answered like deliveries, but uses up none of the ordered failures. */
export function decide(
  settings: HookSettings,
  { isDelivery, signature }: { isDelivery: boolean; signature: SignatureCheck },
): Decision {
  const { status, failStatus } = settings;
  if (settings.hang) return { kind: 'hang', reason: 'hang', status: 0 };
  if (settings.failing) return { kind: 'answer', reason: 'failing', status: failStatus };
  if (isDelivery && settings.failNext > 0) return { kind: 'answer', reason: 'failNext', status: failStatus };
  const isDoubtful = signature.state === 'invalid' || signature.state === 'unsigned';
  if (settings.rejectInvalid && settings.secret !== null && isDoubtful)
    return { kind: 'answer', reason: 'rejected', status: 401 };
  return { kind: 'answer', reason: 'well', status };
}
