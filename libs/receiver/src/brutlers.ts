import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  bytesOf,
  checkedSecrets,
  describedBy,
  requiredHeader,
  type SecretsOptions,
  type Verifier,
  WebhookError,
} from './verifier.js';

const header = 'x-brutlers-signature';

/**
 * Brutlers: `X-Brutlers-Signature` is the lower-case hex HMAC-SHA256 of the body; the key is the secret's
 * text itself. Nothing signed says when it was sent, so an old request can be sent again: drop repeats by
 * what stands in the body, because `webhook-id` is not signed either.
 */
export function brutlers({ secrets }: SecretsOptions): Verifier {
  const keys = [...checkedSecrets(secrets)];
  return {
    verify(body, headers) {
      const bytes = bytesOf(body);
      const text = requiredHeader(headers, header);
      if (!/^[0-9a-f]{64}$/i.test(text)) {
        throw new WebhookError('malformed', header, `${header} is not 64 hex digits`);
      }
      const given = Buffer.from(text, 'hex');
      let matches = false;
      // Every key is tried whatever came of the others: time tells nothing about which one it was.
      for (const key of keys) {
        matches = timingSafeEqual(createHmac('sha256', key).update(bytes).digest(), given) || matches;
      }
      if (!matches) throw new WebhookError('bad-signature', header, `${header} fits none of the secrets`);
      return describedBy(headers);
    },
  };
}
