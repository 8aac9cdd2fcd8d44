import { createHmac } from 'node:crypto';

// The code that Brutlers' documentation prints, as it stands there.
// prettier-ignore
export function verifySignature(body, signature, secret) {
  const expected = createHmac("sha256", secret)
    .update(body)
    .digest("hex");
  return signature === expected;
}
