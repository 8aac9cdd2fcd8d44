/** So few are looked at one by one. */
const few = 4;
/** Types that are known by heart; publishers choose how many there are. */
const typesMax = 256;
/** And so many places in what is remembered for each of all, whatever their filters are. */
const placesMax = 8;

/** Of many that ask for events, those that may match one of a type: of a tenant's hundreds mostly a few. */
export class ByType<T> {
  /** `all` where the type leaves out nobody. */
  private readonly known = new Map<string, readonly T[] | 'all'>();
  private places = 0;

  /** @param mayMatch whether one could match events of the type; the same answer until `changed` */
  constructor(private readonly mayMatch: (one: T, type: string) => boolean) {}

  /** @param all what is chosen from, the same until `changed` */
  of(type: string, all: ReadonlyMap<string, T>): Iterable<T> {
    if (all.size <= few) return all.values();
    const found = this.known.get(type) ?? this.find(type, all);
    return found === 'all' ? all.values() : found;
  }

  changed(): void {
    this.known.clear();
    this.places = 0;
  }

  private find(type: string, all: ReadonlyMap<string, T>): readonly T[] | 'all' {
    const asking = [...all.values()].filter((one) => this.mayMatch(one, type));
    const found = asking.length === all.size ? 'all' : asking;
    const places = this.places + (found === 'all' ? 0 : found.length);
    if (this.known.size >= typesMax || places > placesMax * all.size) return found;
    this.known.set(type, found);
    this.places = places;
    return found;
  }
}
