import { readFileSync } from 'node:fs';
import { profileOf } from '@posthorn/domain';
import { brutlers, brz365, type RawBody, type RequestHeaders, type Verifier, WebhookError } from './index.js';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../testing/vectors/${name}`, import.meta.url), 'utf8')) as T;
const { secret, cases } = read<{
  secret: string;
  cases: { name: string; body: string; signature: string }[];
}>('brutlers.json');
const brz = read<{ headers: { authorization: string }; body: string }>('brz365.json');
const signed = cases[1];
const brutlersHeaders = { 'x-brutlers-signature': signed.signature };

function reasonOf(verifier: Verifier, body: RawBody, headers: RequestHeaders): string {
  try {
    verifier.verify(body, headers);
    return 'believed';
  } catch (error) {
    if (error instanceof WebhookError) return `${error.reason} ${error.header}`;
    throw error;
  }
}

describe('Brutlers', () => {
  it.each(cases)('verifies as printed: $name', ({ body, signature }) => {
    const headers = { 'x-brutlers-signature': signature };
    expect(reasonOf(brutlers({ secrets: [secret] }), body, headers)).toBe('believed');
    expect(reasonOf(brutlers({ secrets: ['old', secret] }), Buffer.from(body), headers)).toBe('believed');
    expect(reasonOf(brutlers({ secrets: [secret, 'new'] }), body, headers)).toBe('believed');
    expect(reasonOf(brutlers({ secrets: [secret] }), `${body} `, headers)).toBe(
      'bad-signature x-brutlers-signature',
    );
  });

  it('verifies what libs/domain signs', () => {
    const profile = profileOf('brutlers');
    const body = Buffer.from('{"ä":1}');
    const headers = profile.authHeaders(profile.openKeys(['s']), { id: 'evt_1' }, body, 0);
    expect(reasonOf(brutlers({ secrets: ['s'] }), body, { [headers[0]]: headers[1] })).toBe('believed');
  });

  it.each([
    [{}, 'missing-header x-brutlers-signature'],
    [{ 'x-brutlers-signature': signed.signature.slice(1) }, 'malformed x-brutlers-signature'],
    [{ 'x-brutlers-signature': `sha256=${signed.signature}` }, 'malformed x-brutlers-signature'],
    [{ 'x-brutlers-signature': '0'.repeat(64) }, 'bad-signature x-brutlers-signature'],
  ])('refuses %j as %s', (headers, expected) => {
    expect(reasonOf(brutlers({ secrets: [secret] }), signed.body, headers)).toBe(expected);
  });
});

describe('BRZ 365', () => {
  it('verifies the documented request, HEAD, and what libs/domain sends', () => {
    const { authorization } = brz.headers;
    const verifier = brz365({ secrets: ['old', authorization] });
    expect(reasonOf(verifier, brz.body, { authorization })).toBe('believed');
    expect(reasonOf(verifier, '', { authorization })).toBe('believed');
    const profile = profileOf('brz365');
    const sent = profile.authHeaders(profile.openKeys([authorization]), { id: 'evt_1' }, Buffer.of(), 0);
    expect(reasonOf(verifier, brz.body, { [sent[0]]: sent[1] })).toBe('believed');
    expect(reasonOf(verifier, brz.body, { authorization: 'old' })).toBe('believed');
  });

  it.each([
    [{}, 'missing-header authorization'],
    [{ authorization: '' }, 'missing-header authorization'],
    [{ authorization: `${brz.headers.authorization} ` }, 'bad-signature authorization'],
    [{ authorization: brz.headers.authorization.toUpperCase() }, 'bad-signature authorization'],
  ])('refuses %j as %s', (headers, expected) => {
    const verifier = brz365({ secrets: [brz.headers.authorization] });
    expect(reasonOf(verifier, brz.body, headers)).toBe(expected);
  });
});

describe('every verifier', () => {
  const verifier = brutlers({ secrets: [secret] });

  it('takes string, Buffer and Uint8Array, and says what to do about a parsed body', () => {
    for (const body of [signed.body, Buffer.from(signed.body), new Uint8Array(Buffer.from(signed.body))])
      expect(reasonOf(verifier, body, brutlersHeaders)).toBe('believed');
    for (const body of [JSON.parse(signed.body), undefined, null])
      for (const each of [verifier, brz365({ secrets: ['s'] })])
        expect(() => each.verify(body as string, brutlersHeaders)).toThrow(/raw body.*before it is parsed/);
  });

  it('takes headers in any spelling, as Headers and as lists of one', () => {
    const given = [
      { 'X-Brutlers-Signature': signed.signature, 'Webhook-Id': 'evt_1', 'WEBHOOK-ATTEMPT': '2' },
      new Headers({ ...brutlersHeaders, 'webhook-id': 'evt_1', 'webhook-attempt': '2' }),
      { 'x-brutlers-signature': [signed.signature], 'webhook-id': ['evt_1'], 'webhook-attempt': ['2'] },
    ];
    for (const headers of given)
      expect(verifier.verify(signed.body, headers)).toEqual({ webhookId: 'evt_1', attempt: 2 });
    expect(verifier.verify(signed.body, { ...brutlersHeaders, 'webhook-attempt': '-1' })).toEqual({
      webhookId: undefined,
      attempt: undefined,
    });
  });

  it('refuses a header that stands there twice', () => {
    const headers = { 'x-brutlers-signature': [signed.signature, signed.signature] };
    expect(reasonOf(verifier, signed.body, headers)).toBe('malformed x-brutlers-signature');
  });

  it.each([[[]], [['']], [['a', '']]])('refuses to work with the secrets %j', (secrets) => {
    expect(() => brutlers({ secrets })).toThrow(TypeError);
    expect(() => brz365({ secrets })).toThrow(TypeError);
  });
});
