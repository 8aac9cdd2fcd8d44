import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** The text could not be opened: another key ring, another place (`aad`), or it was changed. */
export class SealedError extends Error {
  override readonly name = 'SealedError';
}

/**
 * Secrets at rest: AES-256-GCM under a named key. The first key seals, all open, so keys are changed by
 * putting a new one in front and sealing again. `aad` names the place a secret belongs to (such as tenant
 * and subscription): a sealed text that is copied elsewhere does not open there.
 *
 * Form: `v1.<key id>.<base64url(iv | ciphertext | tag)>`. A random 96-bit iv is safe for 2^32 secrets per
 * key.
 */
export class KeyRing {
  private constructor(
    private readonly sealingKid: string,
    private readonly keys: ReadonlyMap<string, KeyObject>,
  ) {}

  /** @param text `k2:<base64 of 32 bytes>,k1:…` @throws Error that names the key, never its bytes */
  static parse(text: string): KeyRing {
    const keys = new Map<string, KeyObject>();
    for (const part of text.split(',').map((entry) => entry.trim())) {
      const [kid, encoded] = splitOnce(part);
      if (!/^[A-Za-z0-9_-]{1,32}$/.test(kid))
        throw new Error('a secret key needs a name: k1:<base64 of 32 bytes>');
      if (keys.has(kid)) throw new Error(`the secret key ${kid} is given twice`);
      const bytes = Buffer.from(encoded, 'base64');
      if (bytes.length !== keyBytes) throw new Error(`the secret key ${kid} is not base64 of 32 bytes`);
      keys.set(kid, createSecretKey(bytes));
    }
    return new KeyRing([...keys.keys()][0]!, keys);
  }

  /** What `npm start` puts into a new installation. */
  static generate(kid = 'k1'): string {
    return `${kid}:${randomBytes(keyBytes).toString('base64')}`;
  }

  seal(plain: string | Buffer, aad: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.sealingKid)!, iv, {
      authTagLength: tagBytes,
    });
    cipher.setAAD(Buffer.from(aad));
    const bytes = typeof plain === 'string' ? Buffer.from(plain) : plain;
    const sealed = Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.sealingKid}.${sealed.toString('base64url')}`;
  }

  /** @throws SealedError */
  open(sealed: string, aad: string): Buffer {
    const { kid, bytes } = take(sealed);
    const key = this.keys.get(kid);
    if (!key) throw new SealedError(`the key ${kid} is not in the key ring`);
    const iv = bytes.subarray(0, ivBytes);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(aad));
    decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
    try {
      return Buffer.concat([
        decipher.update(bytes.subarray(ivBytes, bytes.length - tagBytes)),
        decipher.final(),
      ]);
    } catch {
      throw new SealedError('the secret was sealed elsewhere or changed');
    }
  }

  /** 32 bytes for another purpose, the same for every process with this newest key (HKDF-SHA256). */
  derive(purpose: string): Buffer {
    return derived(this.keys.get(this.sealingKid)!, purpose);
  }

  /** The same of every key of the ring, newest first: to know again what an older one made. */
  deriveAll(purpose: string): Buffer[] {
    return [...this.keys.values()].map((key) => derived(key, purpose));
  }

  /** Whether an older key than the first one sealed it. */
  needsReseal(sealed: string): boolean {
    return take(sealed).kid !== this.sealingKid;
  }
}

function derived(key: KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `posthorn/${purpose}`, keyBytes));
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

function take(sealed: string): { kid: string; bytes: Buffer } {
  const [version, kid, encoded, ...rest] = sealed.split('.');
  if (version !== 'v1' || !kid || !encoded || rest.length > 0) throw new SealedError('not a sealed secret');
  const bytes = Buffer.from(encoded, 'base64url');
  if (bytes.length < ivBytes + tagBytes) throw new SealedError('not a sealed secret');
  return { kid, bytes };
}
