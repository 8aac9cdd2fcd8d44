import { Link } from './links.js';

/**
 * Something with a deadline. It lies in the wheel itself, so that setting and clearing a deadline allocates
 * nothing.
 */
export abstract class Timed extends Link {
  deadlineAt = 0;
  abstract onDeadline(): void;
}

const tickMs = 8;
const slotBits = 8;
const slots = 1 << slotBits;
const mask = slots - 1;
/** What lies further ahead waits in the last slot of the far ring and is sorted in again from there. */
const horizon = slots * slots - slots;

/**
 * All deadlines of a client under one timer: a wheel of two rings (256 × 8 ms, 256 × 2 s). A deadline never
 * fires early, and fires within a tick of its time. The timer sleeps until the next slot that holds
 * something, so an idle client has no timer and a client whose requests all hang for 15 s wakes a handful of
 * times; it keeps the process alive only while something waits for it.
 */
export class Deadlines {
  private readonly near = ring();
  private readonly far = ring();
  private count = 0;
  /** The last tick that was swept. */
  private tick = 0;
  private wakeTick = Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly now: () => number = () => performance.now()) {}

  get size(): number {
    return this.count;
  }

  add(item: Timed, nowMs: number, timeoutMs: number): void {
    item.deadlineAt = nowMs + timeoutMs;
    if (this.count === 0) {
      this.tick = Math.floor(nowMs / tickMs);
      this.timer?.ref();
    }
    this.count += 1;
    // The slot of the tick that was swept last may be the one being emptied now: it is not free yet.
    const due = this.place(item, slots - 1);
    if (due < this.wakeTick) this.arm(due, nowMs);
  }

  remove(item: Timed): void {
    if (!item.linked) return;
    item.unlink();
    this.count -= 1;
    if (this.count === 0) this.timer?.unref();
  }

  /** Everything that waits, in no order. */
  all(): Timed[] {
    const items: Timed[] = [];
    for (const head of [...this.near, ...this.far]) {
      for (let item = head.next; item !== head; item = item.next) items.push(item as Timed);
    }
    return items;
  }

  /** Returns the tick at which the item must be looked at again. */
  private place(item: Timed, nearTicks: number): number {
    const due = Math.max(Math.ceil(item.deadlineAt / tickMs), this.tick + 1);
    if (due - this.tick <= nearTicks) {
      this.near[due & mask].append(item);
      return due;
    }
    const turn = Math.min(due, this.tick + horizon) >> slotBits;
    this.far[turn & mask].append(item);
    return turn << slotBits;
  }

  private arm(dueTick: number, nowMs: number): void {
    clearTimeout(this.timer);
    this.wakeTick = dueTick;
    // Swept after the sockets were read: when the process was stopped or busy, an answer that lies there was
    // in time.
    this.timer = setTimeout(
      () => setImmediate(() => this.sweep()),
      Math.max(1, Math.ceil(dueTick * tickMs - nowMs)),
    );
    if (this.count === 0) this.timer.unref();
  }

  private sweep(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wakeTick = Infinity;
    const reached = Math.floor(this.now() / tickMs);
    for (let tick = this.tick + 1; tick <= reached && this.count > 0; tick += 1) {
      if ((tick & mask) === 0) this.spread(this.far[(tick >> slotBits) & mask]);
      this.tick = tick;
      this.expire(this.near[tick & mask]);
    }
    if (this.count > 0) this.rearm();
  }

  /**
   * A deadline that ended others, or set new ones, may have armed the timer already: the earlier one counts.
   */
  private rearm(): void {
    const due = this.nextTick();
    if (due < this.wakeTick) this.arm(due, this.now());
  }

  private nextTick(): number {
    for (let tick = this.tick + 1; tick < this.tick + slots; tick += 1) {
      if ((tick & mask) === 0 && this.far[(tick >> slotBits) & mask].linked) return tick;
      if (this.near[tick & mask].linked) return tick;
    }
    const turn = this.tick >> slotBits;
    for (let ahead = 1; ahead <= slots; ahead += 1) {
      if (this.far[(turn + ahead) & mask].linked) return (turn + ahead) << slotBits;
    }
    return Infinity;
  }

  /** Called before the tick that opens the turn is swept, so the whole turn fits into the near ring. */
  private spread(head: Link): void {
    const items: Timed[] = [];
    for (; head.linked; head.next.unlink()) items.push(head.next as Timed);
    for (const item of items) this.place(item, slots);
  }

  private expire(head: Link): void {
    while (head.linked) {
      const item = head.next as Timed;
      this.remove(item);
      item.onDeadline();
    }
  }
}

function ring(): Link[] {
  return Array.from({ length: slots }, () => new Link());
}
