import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  bytesOf,
  checkedSecrets,
  describedBy,
  requiredHeader,
  type SecretsOptions,
  type Verifier,
  WebhookError,
} from './verifier.js';

const header = 'authorization';

/**
 * BRZ 365: `Authorization` is the secret, character by character. It says nothing of the body. The `HEAD`
 * request that checks a URL carries the same header: verify it with an empty body.
 */
export function brz365({ secrets }: SecretsOptions): Verifier {
  // Compared by their digests under a key of this process: neither length nor content shows in time.
  const salt = randomBytes(32);
  const digestOf = (text: string): Buffer => createHmac('sha256', salt).update(text).digest();
  const known = checkedSecrets(secrets).map(digestOf);
  return {
    verify(body, headers) {
      bytesOf(body);
      const given = digestOf(requiredHeader(headers, header));
      let matches = false;
      for (const digest of known) matches = timingSafeEqual(digest, given) || matches;
      if (!matches) throw new WebhookError('bad-signature', header, `${header} is none of the secrets`);
      return describedBy(headers);
    },
  };
}
