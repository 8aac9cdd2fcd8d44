/** A reader that follows a log. */
export type FollowedLog = {
  /** The end of the log as of now, asked for at the broker. */
  askEnd(): Promise<number>;
  /** The offset after the last record that was read. */
  position(): number;
  /** When the log was last known to be read completely, whatever stands at its end; performance.now(). */
  completeAsOfMs(): number;
};

/** Asking Kafka more often would let a flood of bad keys become a flood of requests to it. */
const askEveryMs = 200;
const timeoutMs = 1_500;
const lookMs = 5;
const callersMax = 1_000;

/**
 * Tells when what stood in a log at a given moment has been read. All callers who wait share the next
 * question; one that was asked before they came proves nothing to them.
 */
export class EndWatch {
  private asking: Promise<boolean> = Promise.resolve(true);
  private next: Promise<boolean> | undefined;
  private askedMs = -Infinity;
  private callers = 0;
  private asOfMs = -Infinity;

  constructor(private readonly log: FollowedLog) {}

  /** Everything that was written before this moment has been read; performance.now(). */
  get readAsOfMs(): number {
    return Math.max(this.asOfMs, this.log.completeAsOfMs());
  }

  /** True when everything written before this call has been read; false when that cannot be known in time. */
  async readToEnd(): Promise<boolean> {
    if (this.callers >= callersMax) return false;
    this.callers++;
    try {
      return await (this.next ??= this.askNext());
    } finally {
      this.callers--;
    }
  }

  private async askNext(): Promise<boolean> {
    await this.asking;
    const waitMs = this.askedMs + askEveryMs - performance.now();
    if (waitMs > 0) await delay(waitMs);
    this.next = undefined; // who comes from here on comes too late for this question
    this.asking = this.ask();
    return this.asking;
  }

  private async ask(): Promise<boolean> {
    const asOfMs = (this.askedMs = performance.now());
    const from = this.log.position();
    let end = Infinity;
    this.log.askEnd().then(
      // Before what was read: a log that lost its tail. The follower tells when it has read it again.
      (answer) => (end = answer < from ? Infinity : answer),
      () => undefined,
    );
    while (performance.now() < asOfMs + timeoutMs) {
      // The end may be a marker, which is no record: then the follower's own question settles it.
      if (this.log.position() >= end || this.log.completeAsOfMs() >= asOfMs) {
        this.asOfMs = asOfMs;
        return true;
      }
      await delay(lookMs);
    }
    return false;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
