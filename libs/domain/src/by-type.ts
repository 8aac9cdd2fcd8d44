/** So few are looked at one by one. */
const few = 4;
/** Types that are known by heart; publishers choose how many there are. */
const typesMax = 256;

/** Of many that ask for events, those that may match one of a type: of a tenant's hundreds mostly a few. */
export class ByType<T> {
  private readonly known = new Map<string, readonly T[]>();

  /** @param mayMatch whether one could match events of the type; the same answer until `changed` */
  constructor(private readonly mayMatch: (one: T, type: string) => boolean) {}

  /** @param all what is chosen from, the same until `changed` */
  of(type: string, all: ReadonlyMap<string, T>): Iterable<T> {
    if (all.size <= few) return all.values();
    const known = this.known.get(type);
    if (known) return known;
    const found = [...all.values()].filter((one) => this.mayMatch(one, type));
    if (this.known.size < typesMax) this.known.set(type, found);
    return found;
  }

  changed(): void {
    this.known.clear();
  }
}
