import { inspect } from 'node:util';
import { KeyRing, SealedError } from './secrets.js';

const k1 = KeyRing.generate('k1');
const k2 = KeyRing.generate('k2');

describe('a key ring', () => {
  it('opens what it sealed, text and bytes, never the same twice', () => {
    const ring = KeyRing.parse(k1);
    const sealed = ring.seal('whsec_ä😀', 'tenant/sub');
    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(ring.open(sealed, 'tenant/sub').toString()).toBe('whsec_ä😀');
    expect(ring.seal('whsec_ä😀', 'tenant/sub')).not.toBe(sealed);
    expect(ring.open(ring.seal(Buffer.alloc(0), 'a'), 'a')).toHaveLength(0);
  });

  it('opens nothing in another place', () => {
    const ring = KeyRing.parse(k1);
    expect(() => ring.open(ring.seal('x', 'tenant/a'), 'tenant/b')).toThrow(SealedError);
  });

  it('opens nothing that was changed in any byte', () => {
    const ring = KeyRing.parse(k1);
    const [version, kid, encoded] = ring.seal('secret', 'a').split('.') as [string, string, string];
    const bytes = Buffer.from(encoded, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => ring.open(`${version}.${kid}.${changed.toString('base64url')}`, 'a')).toThrow(SealedError);
    }
  });

  it('seals with the first key, opens with all, and says what to seal again', () => {
    const old = KeyRing.parse(k1).seal('secret', 'a');
    const rotated = KeyRing.parse(`${k2},${k1}`);
    expect(rotated.open(old, 'a').toString()).toBe('secret');
    expect(rotated.needsReseal(old)).toBe(true);
    const fresh = rotated.seal('secret', 'a');
    expect(rotated.needsReseal(fresh)).toBe(false);
    expect(() => KeyRing.parse(k1).open(fresh, 'a')).toThrow('the key k2 is not in the key ring');
  });

  it.each(['', 'v1', 'v1.k1', 'v1.k1.AAAA', 'v2.k1.AAAA', 'v1.k1.AAAA.x', 'plain text'])(
    'refuses %j',
    (text) => {
      expect(() => KeyRing.parse(k1).open(text, 'a')).toThrow(SealedError);
    },
  );

  it.each([
    ['', 'needs a name'],
    ['AAAA', 'needs a name'],
    ['k1:AAAA', 'k1 is not base64 of 32 bytes'],
    [`${k1},${k1}`, 'given twice'],
    [`${k1},`, 'needs a name'],
  ])('cannot be made of %j', (text, reason) => {
    expect(() => KeyRing.parse(text)).toThrow(reason);
  });

  it('does not show its keys', () => {
    const secret = k1.slice(3);
    expect(inspect(KeyRing.parse(k1), { depth: 9, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(KeyRing.parse(k1))).not.toContain(secret);
  });
});
