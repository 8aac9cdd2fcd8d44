/** Where the log of attempts ends, and how far it is projected. */
export type Hearing = { end: () => Promise<number>; next: () => Promise<number> };

type Quiet = { told: string; sinceMs: number; lookedMs: number; end: number | undefined };

/** Who did not look for so long does not know whether something was told. */
const gapMaxMs = 30_000;
/** Markers of transactions, which are no records, may stand behind the last one that is projected. */
const markersMax = 10;

/**
 * How long nothing has been told of a job. It counts only while somebody was here to hear it, and only when
 * what had been told by then is read: neither our own absence nor that of PostgreSQL is anybody's silence.
 */
export class Silence {
  private readonly quiet = new Map<string, Quiet>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Whether it has lasted that long; `told` changes with everything that is told. */
  async lasts(id: string, told: string, maxMs: number, hearing: Hearing): Promise<boolean> {
    const now = this.now();
    const known = this.quiet.get(id);
    if (known?.told !== told || now - known.lookedMs > gapMaxMs) {
      this.quiet.set(id, { told, sinceMs: now, lookedMs: now, end: undefined });
      return false;
    }
    known.lookedMs = now;
    if (now - known.sinceMs < maxMs) return false;
    // Everything up to here has to be read, and the caller has to count once more, before it is believed.
    known.end ??= await hearing.end();
    return (await hearing.next()) >= known.end - markersMax;
  }

  over(id: string): void {
    this.quiet.delete(id);
  }
}
