/** So few are looked at one by one. */
const few = 4;
/** Types that are known by heart; publishers choose how many there are. */
const typesMax = 256;
/** And so many places in what is remembered for each of all, whatever their filters are. */
const placesMax = 8;

/** Who asks for events, and those of them that may match one of a type: of a tenant's hundreds mostly few. */
export class ByType<T> {
  private readonly asking = new Map<string, T>();
  /** `all` where the type leaves out nobody. */
  private readonly known = new Map<string, readonly T[] | 'all'>();
  private places = 0;

  /** @param mayMatch whether one could match events of the type; the same answer until `changed` */
  constructor(private readonly mayMatch: (one: T, type: string) => boolean) {}

  get size(): number {
    return this.asking.size;
  }

  get(key: string): T | undefined {
    return this.asking.get(key);
  }

  all(): Iterable<T> {
    return this.asking.values();
  }

  of(type: string): Iterable<T> {
    if (this.size <= few) return this.all();
    const found = this.known.get(type) ?? this.find(type);
    return found === 'all' ? this.all() : found;
  }

  set(key: string, one: T): void {
    this.asking.set(key, one);
    this.changed();
  }

  delete(key: string): void {
    this.asking.delete(key);
    this.changed();
  }

  /** What one of them asks for is not what it was. */
  changed(): void {
    this.known.clear();
    this.places = 0;
  }

  private find(type: string): readonly T[] | 'all' {
    const some = [...this.all()].filter((one) => this.mayMatch(one, type));
    const found = some.length === this.size ? 'all' : some;
    const places = this.places + (found === 'all' ? 0 : found.length);
    if (this.known.size >= typesMax || places > placesMax * this.size) return found;
    this.known.set(type, found);
    this.places = places;
    return found;
  }
}
