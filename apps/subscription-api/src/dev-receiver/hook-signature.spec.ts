import { profileOf, type ProfileName } from '@posthorn/domain';
import { checkSignature } from './hook-signature.js';

const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const hex = 'ab'.repeat(32);
const body = Buffer.from('{"umlaut":"ä","n":1.0}');
const secretOf: Partial<Record<ProfileName, string>> = {
  standard: whsec,
  brutlers: hex,
  brz365: 'Bearer xyz',
};

/** What Posthorn itself would send. */
function sent(profile: ProfileName, secret: string): Record<string, string> {
  const { authHeaders, openKeys } = profileOf(profile);
  const flat = ['webhook-id', 'evt_1', ...authHeaders(openKeys([secret]), { id: 'evt_1' }, body, Date.now())];
  const pairs = flat.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), flat[i + 1]]] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}

it.each(['standard', 'brutlers', 'brz365'] as const)(
  '%s: valid, changed, with no secret, unsigned',
  (scheme) => {
    const secret = secretOf[scheme]!;
    const headers = sent(scheme, secret);
    expect(checkSignature(secret, body, headers)).toEqual({ state: 'valid', scheme, reason: null });
    expect(checkSignature(null, body, headers)).toEqual({ state: 'unchecked', scheme, reason: null });
    expect(checkSignature(secret, body, { 'webhook-id': 'evt_1' }).state).toBe('unsigned');
    const other = scheme === 'standard' ? `whsec_${Buffer.alloc(24, 8).toString('base64')}` : `${secret}0`;
    const wrong = checkSignature(other, body, headers);
    expect(wrong).toEqual({ state: 'invalid', scheme, reason: expect.any(String) as string });
    expect(wrong.reason).not.toContain(secret);
  },
);

it('believes no other body, and says of which header it is about', () => {
  const { state, reason } = checkSignature(hex, Buffer.from('{}'), sent('brutlers', hex));
  expect([state, reason]).toEqual(['invalid', 'x-brutlers-signature fits none of the secrets']);
});

it('goes by the signature where a static Authorization header stands beside it', () => {
  const headers = { ...sent('standard', whsec), authorization: 'Basic abc' };
  expect(checkSignature(whsec, body, headers)).toMatchObject({ state: 'valid', scheme: 'standard' });
});

it('says so when the secret is of another kind', () => {
  const { state, reason } = checkSignature('Bearer xyz', body, sent('standard', whsec));
  expect([state, reason]).toEqual(['invalid', 'a secret is whsec_ or whpk_ and base64']);
});
