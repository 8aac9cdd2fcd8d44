const everyMs = 60_000;
const knownMax = 10_000;

/** Tells that keys were used, of each at most once a minute: a request costs a look into a map. */
export class KeyUseNotes {
  private readonly toldAtMs = new Map<string, number>();

  constructor(private readonly tell: (keyId: string, atMs: number) => void) {}

  note(keyId: string, nowMs = Date.now()): void {
    const toldAtMs = this.toldAtMs.get(keyId);
    if (toldAtMs !== undefined && nowMs - toldAtMs < everyMs) return;
    if (this.toldAtMs.size >= knownMax) this.toldAtMs.clear();
    this.toldAtMs.set(keyId, nowMs);
    this.tell(keyId, nowMs);
  }
}
