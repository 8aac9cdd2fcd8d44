import { Samples } from '../isolation/samples.js';

export type Told = {
  /** Pairs of place and event that were taken at least once. */
  distinct: number;
  duplicates: number;
  /** Of those that nobody expected. */
  strange: number;
  /** When the newest pair came; 0 where none did. */
  lastMs: number;
  p50Ms: number;
  p99Ms: number;
};

/** What was taken of so many events, each of them in so many places: exact, a byte a pair. */
export class Tally {
  private readonly seen: Uint8Array;
  private readonly latencies = new Samples();
  private distinct = 0;
  private duplicates = 0;
  private strange = 0;
  private lastMs = 0;

  constructor(
    private readonly places: number,
    private readonly events: number,
    /** Whose latencies are kept: the places below. */
    private readonly timedPlaces = places,
  ) {
    this.seen = new Uint8Array(places * events);
  }

  taken(place: number, n: number, { atMs, dueMs }: { atMs: number; dueMs: number }): void {
    if (!(place < this.places) || !(n < this.events)) {
      this.strange++;
      return;
    }
    const pair = place * this.events + n;
    if (this.seen[pair] > 0) {
      this.duplicates++;
      return;
    }
    this.seen[pair] = 1;
    this.distinct++;
    if (place < this.timedPlaces) this.latencies.add(atMs - dueMs);
    this.lastMs = atMs;
  }

  /** @param withLatencies whether it is worth the time of sorting them */
  told(withLatencies: boolean): Told {
    const { distinct, duplicates, strange, lastMs, latencies } = this;
    const [p50Ms, p99Ms] = withLatencies ? [latencies.percentile(50), latencies.percentile(99)] : [NaN, NaN];
    return { distinct, duplicates, strange, lastMs, p50Ms, p99Ms };
  }
}
