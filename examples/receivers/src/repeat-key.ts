import type { Verified } from '@posthorn/receiver';

/**
 * What repeats have in common and nobody on the way can change: the id where it is signed, which
 * `standardWebhooks` alone checks (it tells `sentAt`), and the body everywhere else.
 */
export function repeatKeyOf(verified: Verified, body: Buffer): string {
  return 'sentAt' in verified && verified.webhookId ? verified.webhookId : body.toString('base64');
}
