import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

const checkEveryMs = 1_000;
const maxBytes = 8 * 1024 * 1024;
const loopback: readonly string[] = ['127.0.0.1', '::1'];

/** Whether a file changed since the last look. Looks at most once a second, which costs one `stat`. */
export class WatchedFile {
  private lookAt = 0;
  private version = '';

  constructor(readonly path: string) {}

  changed(nowMs: number): boolean {
    if (nowMs < this.lookAt) return false;
    this.lookAt = nowMs + checkEveryMs;
    const stat = statSync(this.path, { throwIfNoEntry: false });
    const version = stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'none';
    if (version === this.version) return false;
    this.version = version;
    return true;
  }
}

/**
 * The names of the hosts file, read again when it changes. `localhost` is never asked of a name server (RFC
 * 6761).
 */
export class HostsFile {
  private readonly file: WatchedFile;
  private names: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(path = '/etc/hosts') {
    this.file = new WatchedFile(path);
  }

  find(name: string, nowMs: number): readonly string[] | undefined {
    if (this.file.changed(nowMs)) this.names = this.read();
    const known = this.names.get(name);
    if (known) return known;
    return name === 'localhost' || name.endsWith('.localhost') ? loopback : undefined;
  }

  private read(): ReadonlyMap<string, readonly string[]> {
    try {
      return parseHosts(readFileSync(this.file.path).subarray(0, maxBytes).toString('utf8'));
    } catch {
      return new Map();
    }
  }
}

export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const known = names.get(alias.toLowerCase());
      if (!known) names.set(alias.toLowerCase(), [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return names;
}
