/** An event that did not come to its subscription as promised. */
export type Offence = { subscription: SubscriptionLedger; n: number };

/**
 * What happened to one subscription's events, by their numbers. A lane is every `lanes`-th event, so that its
 * events come in the order of their numbers.
 */
export class SubscriptionLedger {
  private readonly requests = new Counts();
  private readonly takenTimes = new Counts();
  private readonly takenAtMs: number[] = [];
  private readonly usedUp = new Counts();
  private readonly overtakenOnce = new Counts();
  /** Per lane: the first place that is neither over nor overtaken. */
  private readonly places: number[];
  overtaken = 0;
  duplicates = 0;
  taken = 0;
  requested = 0;

  constructor(
    readonly tenant: TenantLedger,
    readonly id: string,
    readonly name: string,
    private readonly lanes: number,
    private readonly attemptsInVain: (n: number) => number | undefined,
  ) {
    this.places = Array<number>(lanes).fill(0);
  }

  /**
   * A request came in. An event that comes for the first time overtakes those of its lane that are not over.
   */
  arrived(n: number, eventId: string): void {
    this.requested++;
    this.tenant.identify(n, eventId);
    if (this.requests.add(n) === 1 && this.lanes > 0) this.markOvertaken(n);
  }

  /**
   * It is about to be answered 2xx: the sender cannot know that earlier than we do. Answers with when it was
   * taken for the first time, where it was.
   */
  took(n: number, atMs: number): number | undefined {
    if (this.takenTimes.add(n) === 1) {
      this.taken++;
      this.takenAtMs[n] = atMs;
      return undefined;
    }
    this.duplicates++;
    return this.takenAtMs[n];
  }

  refused(n: number, attempt: number): void {
    if (attempt === this.attemptsInVain(n)) this.usedUp.add(n);
  }

  state(n: number): 'taken' | 'used-up' | 'open' {
    if (this.takenTimes.of(n) > 0) return 'taken';
    return this.usedUp.of(n) > 0 ? 'used-up' : 'open';
  }

  wasOvertaken(n: number): boolean {
    return this.overtakenOnce.of(n) > 0;
  }

  requestsOf(n: number): number {
    return this.requests.of(n);
  }

  /** How often it was taken again. */
  repeatsOf(n: number): number {
    return Math.max(0, this.takenTimes.of(n) - 1);
  }

  private markOvertaken(n: number): void {
    const lane = n % this.lanes;
    const place = Math.floor(n / this.lanes);
    for (; this.places[lane] < place; this.places[lane]++) {
      const earlier = this.places[lane] * this.lanes + lane;
      if (this.state(earlier) !== 'open') continue;
      this.overtakenOnce.add(earlier);
      this.overtaken++;
    }
  }
}

/** What was published for a tenant. */
export class TenantLedger {
  private readonly accepted = new Counts();
  private readonly ids: (string | undefined)[] = [];
  readonly subscriptions: SubscriptionLedger[] = [];
  /** Events that came under two ids. */
  readonly twoIds: number[] = [];
  acceptedCount = 0;
  /** Numbers given out so far; each of them is published at some time. */
  published = 0;

  constructor(
    readonly id: string,
    readonly key: string,
    readonly name: string,
  ) {}

  accept(n: number, eventId?: string): void {
    if (this.accepted.add(n) === 1) this.acceptedCount++;
    if (eventId !== undefined) this.identify(n, eventId);
  }

  isAccepted(n: number): boolean {
    return this.accepted.of(n) > 0;
  }

  eventId(n: number): string | undefined {
    return this.ids[n];
  }

  identify(n: number, eventId: string): void {
    if (this.ids[n] !== undefined && this.ids[n] !== eventId) this.twoIds.push(n);
    this.ids[n] ??= eventId;
  }

  *acceptedNumbers(): Iterable<number> {
    for (let n = 0; n < this.published; n++) if (this.isAccepted(n)) yield n;
  }
}

/** Everything that was promised and what receivers got of it. */
export class Ledger {
  readonly tenants: TenantLedger[] = [];

  get subscriptions(): SubscriptionLedger[] {
    return this.tenants.flatMap(({ subscriptions }) => subscriptions);
  }

  get acceptedCount(): number {
    return this.tenants.reduce((sum, { acceptedCount }) => sum + acceptedCount, 0);
  }

  /** What receivers have neither taken nor refused for good; at most `limit` of it. */
  open(limit = Infinity): Offence[] {
    const found: Offence[] = [];
    for (const tenant of this.tenants)
      for (const n of tenant.acceptedNumbers())
        for (const subscription of tenant.subscriptions) {
          if (subscription.state(n) !== 'open') continue;
          if (found.push({ subscription, n }) >= limit) return found;
        }
    return found;
  }
}

/** Small counters by number, a byte each. */
class Counts {
  private bytes = new Uint8Array(1_024);

  of(n: number): number {
    return this.bytes[n] ?? 0;
  }

  add(n: number): number {
    if (n >= this.bytes.length) {
      const larger = new Uint8Array(2 ** Math.ceil(Math.log2(n + 1)));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    if (this.bytes[n] < 255) this.bytes[n]++;
    return this.bytes[n];
  }
}
