/**
 * How fresh a follower is. Every answer to a fetch says where the log ends, and where none comes the end is
 * asked for: once the reader has passed an end, it was complete at the moment that end was asked for. Not by
 * kafkajs's own events, which report failed fetches like empty ones.
 */
export class FollowProgress {
  /**
   * When the log was last known to be read completely; performance.now(), -Infinity before the first time.
   */
  lastFetchMs = -Infinity;
  private position = -1;
  private mark: { end: number; askedMs: number } | undefined;
  private caughtUp = false;

  constructor(private readonly onCaughtUp: () => void) {}

  reached(position: number): void {
    this.position = position;
    this.check();
  }

  endAsked(end: number, askedMs: number): void {
    // An older question that is still open comes first: under steady writes a newer one would always
    // replace it.
    this.mark ??= { end, askedMs };
    this.check();
  }

  private check(): void {
    if (!this.mark || this.position < this.mark.end) return;
    this.lastFetchMs = this.mark.askedMs;
    this.mark = undefined;
    if (this.caughtUp) return;
    this.caughtUp = true;
    this.onCaughtUp();
  }
}
