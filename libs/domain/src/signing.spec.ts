import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brutlersSignature, hmacKey, standardKey, standardSignature } from './signing.js';

type StandardCase = { id: string; timestamp: number; secret: string; body: string; signature: string };
type BrutlersCase = { name: string; body: string; signature: string };

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../testing/vectors/${name}`, import.meta.url), 'utf8')) as T;

const standard = read<{ cases: StandardCase[] }>('standard-webhooks.json').cases;
const brutlers = read<{ secret: string; cases: BrutlersCase[] }>('brutlers.json');

describe('Standard Webhooks', () => {
  it.each(standard)('agrees with the published vector of $id ($secret)', (vector) => {
    const { id, timestamp, secret, body, signature } = vector;
    expect(standardSignature([standardKey(secret)], id, timestamp, Buffer.from(body))).toBe(signature);
  });

  it('signs with every live key, newest first, so that a receiver may know either', () => {
    const [, hmac, ed25519] = standard;
    const keys = [ed25519, hmac].map(({ secret }) => standardKey(secret));
    expect(standardSignature(keys, hmac.id, hmac.timestamp, Buffer.from(hmac.body))).toBe(
      `${ed25519.signature} ${hmac.signature}`,
    );
  });

  it('takes a secret without its prefix, and an ed25519 seed without its public key', () => {
    const [, hmac, ed25519] = standard;
    const seed = Buffer.from(ed25519.secret.slice(5), 'base64').subarray(0, 32).toString('base64');
    const keys = [standardKey(hmac.secret.slice('whsec_'.length)), standardKey(`whsk_${seed}`)];
    expect(standardSignature(keys, hmac.id, hmac.timestamp, Buffer.from(hmac.body))).toBe(
      `${hmac.signature} ${ed25519.signature}`,
    );
  });
});

describe('Brutlers', () => {
  it.each(brutlers.cases)('signs as printed: $name', ({ body, signature }) => {
    expect(brutlersSignature(hmacKey(brutlers.secret), Buffer.from(body))).toBe(signature);
  });

  it('uses the text of the secret as key, not the bytes its hex stands for', () => {
    const body = Buffer.from('{}');
    const asText = createHmac('sha256', brutlers.secret).update(body).digest('hex');
    expect(brutlersSignature(hmacKey(brutlers.secret), body)).toBe(asText);
    expect(brutlersSignature(hmacKey(Buffer.from(brutlers.secret, 'hex')), body)).not.toBe(asText);
  });
});
