import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { profileOf, standardKey, standardSignature } from '@posthorn/domain';
import { Webhook } from 'standardwebhooks';
import { standardWebhooks } from './standard-webhooks.js';

type Case = { id: string; timestamp: number; secret: string; body: string; signature: string };
const vectors = new URL('../../testing/vectors/standard-webhooks.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(vectors, 'utf8')) as { cases: Case[] };

/** What a receiver holds: of an ed25519 key the public half, the last 32 of 64 bytes. */
const receiversKey = (secret: string): string =>
  secret.startsWith('whsk_')
    ? `whpk_${Buffer.from(secret.slice(5), 'base64').subarray(32).toString('base64')}`
    : secret;
const headersOf = ({ id, timestamp, signature }: Case) => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});
const verifierOf = (...secrets: string[]) =>
  standardWebhooks({ secrets: secrets.map(receiversKey), now: () => cases[1].timestamp * 1000 });
const [first, hmac, ed25519] = cases;

it.each(cases)('verifies the published vector of $id ($secret)', (vector) => {
  const { secret, body, timestamp, id } = vector;
  const verifier = standardWebhooks({ secrets: [receiversKey(secret)], now: () => timestamp * 1000 });
  const verified = verifier.verify(body, { ...headersOf(vector), 'webhook-attempt': '3' });
  expect(verified).toEqual({ webhookId: id, attempt: 3, sentAt: new Date(timestamp * 1000) });
  expect(() => verifier.verify(`${body} `, headersOf(vector))).toThrow(reason('bad-signature'));
});

describe('with the standardwebhooks package', () => {
  const body = '{"umlaut":"ä"}';

  it('verifies what it signs', () => {
    const sent = new Date();
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
      'webhook-signature': new Webhook(hmac.secret).sign('msg_1', sent, body),
    };
    expect(standardWebhooks({ secrets: [hmac.secret] }).verify(body, headers).webhookId).toBe('msg_1');
    expect(() => standardWebhooks({ secrets: [first.secret] }).verify(body, headers)).toThrow(
      reason('bad-signature'),
    );
  });

  it('agrees on what Posthorn signs, before, during and after a rotation', () => {
    const bytes = Buffer.from(body);
    const profile = profileOf('standard');
    const rounds: [signing: string[], known: string[]][] = [
      [[first.secret], [first.secret]],
      [[hmac.secret, first.secret], [first.secret]],
      [[hmac.secret, first.secret], [hmac.secret]],
      [[first.secret], [hmac.secret, first.secret]],
      [[hmac.secret], [hmac.secret]],
    ];
    for (const [signing, known] of rounds) {
      const keys = profile.openKeys(signing);
      const [tName, t, sName, s] = profile.authHeaders(keys, { id: 'evt_1' }, bytes, Date.now());
      const headers = { 'webhook-id': 'evt_1', [tName]: t, [sName]: s };
      expect(standardWebhooks({ secrets: known }).verify(bytes, headers).webhookId).toBe('evt_1');
      const theirs = known.map((secret) => {
        try {
          return new Webhook(secret).verify(body, headers) as unknown;
        } catch {
          return undefined;
        }
      });
      expect(theirs).toContainEqual({ umlaut: 'ä' });
    }
  });
});

it('verifies v1a of libs/domain with the public key only', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const raw = createPublicKey(publicKey.export({ format: 'pem', type: 'spki' })).export({
    format: 'der',
    type: 'spki',
  });
  const keys = [standardKey(`whsk_${seed.toString('base64')}`)];
  const signature = standardSignature(keys, hmac.id, hmac.timestamp, Buffer.from(hmac.body));
  const verifier = verifierOf(`whpk_${raw.subarray(-32).toString('base64')}`);
  expect(verifier.verify(hmac.body, headersOf({ ...hmac, signature })).webhookId).toBe(hmac.id);
  expect(() => verifier.verify(hmac.body, headersOf(hmac))).toThrow(reason('bad-signature'));
});

it.each([
  ['webhook-id', '', 'missing-header'],
  ['webhook-timestamp', '', 'missing-header'],
  ['webhook-signature', '', 'missing-header'],
  ['webhook-id', 'msg_other', 'bad-signature'],
  ['webhook-timestamp', '1614265330.0', 'malformed'],
  ['webhook-timestamp', String(hmac.timestamp + 1), 'bad-signature'],
  ['webhook-signature', ' ', 'malformed'],
  ['webhook-signature', 'v1', 'malformed'],
  ['webhook-signature', Array.from({ length: 33 }, () => hmac.signature).join(' '), 'malformed'],
  ['webhook-signature', hmac.signature.replace('v1,', 'v2,'), 'bad-signature'],
  ['webhook-signature', 'v1,AAAA', 'bad-signature'],
])('refuses %s: %j as %s', (name, value, expected) => {
  const headers = { ...headersOf(hmac), [name]: value };
  expect(() => verifierOf(hmac.secret).verify(hmac.body, headers)).toThrow(reason(expected));
});

it('finds the fitting entry among others, of versions it does not know too', () => {
  const signature = `v9,eHg= v1,AAAA ${ed25519.signature} ${hmac.signature}`;
  const headers = headersOf({ ...hmac, signature });
  expect(verifierOf(first.secret, hmac.secret).verify(hmac.body, headers).webhookId).toBe(hmac.id);
  expect(verifierOf(ed25519.secret).verify(hmac.body, headers).webhookId).toBe(hmac.id);
});

it.each([
  [-300, true],
  [300, true],
  [-301, false],
  [301, false],
])('a clock %i s away: believed %j', (awayS, believed) => {
  const now = () => (hmac.timestamp + awayS) * 1000;
  const verify = () => standardWebhooks({ secrets: [hmac.secret], now }).verify(hmac.body, headersOf(hmac));
  if (believed) expect(verify().webhookId).toBe(hmac.id);
  else expect(verify).toThrow(reason('timestamp-out-of-tolerance'));
  const wider = standardWebhooks({ secrets: [hmac.secret], now, toleranceS: 400 });
  expect(wider.verify(hmac.body, headersOf(hmac)).webhookId).toBe(hmac.id);
});

it.each([[[]], [['']], [['whsec_']], [['whsec_ä']], [['whpk_AAAA']], [['whpx_AAAA']], [[ed25519.secret]]])(
  'refuses to work with the secrets %j',
  (secrets) => {
    expect(() => standardWebhooks({ secrets })).toThrow(TypeError);
  },
);

it('refuses a tolerance that would refuse everything, or nothing', () => {
  for (const toleranceS of [0, -1, NaN])
    expect(() => standardWebhooks({ secrets: [hmac.secret], toleranceS })).toThrow(TypeError);
});

function reason(expected: string): Error {
  return expect.objectContaining({ name: 'WebhookError', reason: expected }) as Error;
}
