/** More places than this are not kept: ten minutes of a window that does not move. */
const placesMax = 6_000;

/** Where the main reader was when, as far back as somebody may ask. */
export class Passage {
  private readonly places: { at: number; position: number }[];

  constructor(at: number, position: number) {
    this.places = [{ at, position }];
  }

  /**
   * @param at now
   * @param from no time before this is asked for
   * @param lowest nor when a position below this was passed
   */
  add(at: number, position: number, from: number, lowest: number): void {
    const { places } = this;
    places.push({ at, position });
    let passed = 0;
    while (passed + 1 < places.length) {
      const next = places[passed + 1];
      if (next.at > from || next.position > lowest) break;
      passed++;
    }
    places.splice(0, passed);
    // The oldest stays: it is what can still be said for sure.
    if (places.length > placesMax) places.splice(1, 1);
  }

  /** The position at that time; -1 where it is not known. */
  positionAt(time: number): number {
    const place = this.places.findLast(({ at }) => at <= time);
    return place?.position ?? -1;
  }

  /** A time at which nothing from `position` on had been read. */
  timeBefore(position: number): number {
    const place = this.places.findLast((one) => one.position <= position);
    return (place ?? this.places[0]).at;
  }
}
