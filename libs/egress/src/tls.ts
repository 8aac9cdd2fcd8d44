import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

const maxSessions = 2_000;

/**
 * Made once: parsing the certificate authorities takes milliseconds. `caPem` comes on top of the system's.
 */
export function createTrust(caPem: string | undefined): SecureContext {
  return createSecureContext(caPem === undefined ? {} : { ca: [...getCACertificates('default'), caPem] });
}

/**
 * The latest session of each origin, for resumption. A session is only offered to the origin that issued it.
 */
export class TlsSessions {
  private readonly sessions = new Map<string, Buffer>();

  get(key: string): Buffer | undefined {
    return this.sessions.get(key);
  }

  set(key: string, session: Buffer): void {
    this.sessions.delete(key);
    this.sessions.set(key, session);
    if (this.sessions.size <= maxSessions) return;
    const [oldest] = this.sessions.keys();
    this.sessions.delete(oldest);
  }
}
