import { Concurrency } from './concurrency.js';
import type { Failure } from './lane-record.js';

/** What a lane thinks of its receiver, from the answers to its events and single retries. */
export class ReceiverHealth {
  /** Of the first failure since the last success, epoch milliseconds. */
  failingSince: number | null = null;
  /** One at a time, failures park in place, until a first success. */
  probing = false;
  private failures = 0;
  private readonly concurrency: Concurrency;

  constructor(
    private readonly ordered: boolean,
    inFlightMax: number,
    private readonly breakerFailures: number,
  ) {
    this.concurrency = new Concurrency(inFlightMax);
  }

  get inFlightMax(): number {
    return this.ordered || this.probing ? 1 : this.concurrency.value;
  }

  /** It failed so often in a row that it is to be left alone for a while; an ordered lane parks at once. */
  get tripped(): boolean {
    return !this.ordered && (this.probing || this.failures >= this.breakerFailures);
  }

  succeeded(): void {
    this.failures = 0;
    this.failingSince = null;
    this.probing = false;
    this.concurrency.grow();
  }

  failed({ now, overload }: Pick<Failure, 'now' | 'overload'>): void {
    this.failingSince ??= now;
    this.failures++;
    if (overload) this.concurrency.shrink();
  }

  /** After a pause: slow start. */
  probe(): void {
    this.probing = true;
    this.failures = 0;
    this.concurrency.restart();
  }

  /** Nothing waits for it any more. */
  forget(): void {
    this.probing = false;
    this.failures = 0;
    this.failingSince = null;
  }
}
