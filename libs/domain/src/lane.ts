import { LaneBuffer } from './lane-buffer.js';
import {
  type AfterFailure,
  checkpointDeliveries,
  type Failure,
  type LaneEffects,
  type LaneItem,
  type LaneRecord,
  type LaneSettings,
  type ParkReason,
} from './lane-record.js';
import { ReceiverHealth } from './receiver-health.js';
import { retryDelayMs, type RetryPolicy } from './retry-policy.js';

/** Covered events that may still be unfinished when a lane hands over. */
const handoverMax = 8;
/** Far more than retry-scheduler's lead. */
const tokenLeadMaxMs = 60_000;

/** Where a lane is to park; `attempt` where it is known before everything in flight is finished. */
type Target = { attempt?: number; dueAt: number; reason: ParkReason; gone: boolean };

/**
 * A lane: the unit of order inside a subscription, as a state machine (architecture, section 4). It does no
 * I/O and
 * reads no clock; what it wants it says through `LaneEffects` and through the record it asks to have written.
 *
 * LIVE is `live`; PARKED is `draining` (what is in flight still finishes), then `parked`; BEHIND is
 * `behind`, then
 * `handover` (the main reader was reached, older events are not finished yet).
 *
 * Rules it keeps; removing one breaks the models within a few steps:
 * - Write, then settle: an event is released to the window when it is finished and recorded, or when an
 * acknowledged
 *   PARKED or BEHIND record covers it.
 * - Once LIVE is handed to the producer, only a newly acknowledged record covers anything.
 * - LIVE is written only after everything from before the handover is finished and recorded.
 * - The cursor tells the truth: everything below it is finished and recorded.
 */
export class Lane<E> {
  private mode: 'live' | 'handover' | 'behind' | 'draining' | 'parked' = 'live';
  private readonly buffer: LaneBuffer<E>;
  /** An acknowledged record covers every event from here on. */
  private covers = Infinity;
  private cursor = 0;
  private cursorAttempt = 0;
  private readPosition = 0;
  /** The end of the bitmap that was loaded at takeover; not known before something was read. */
  private loadedEnd = Infinity;
  /** Of the event that was read and found no room. */
  private refusedBytes = 0;
  private target: Target | undefined;
  /** The end of a replay. */
  private until = Infinity;
  /** Where a draining lane goes on when nothing is queued. */
  private drainFrom = 0;
  /** A parked lane goes on at this instant, as soon as its record is acknowledged. */
  private goOnAt: number | undefined;
  private notBefore = 0;
  /** What its receiver bears, single retries included. */
  readonly health: ReceiverHealth;
  /** The event that somebody wants passed over. */
  private skipSeq: number | undefined;
  private wanted = false;
  private writing: LaneRecord | undefined;
  private finishedSinceCheckpoint = 0;
  /** The last record says PARKED: for as long, retry-scheduler sends tokens again. */
  private saysParked: boolean;

  constructor(
    private readonly settings: LaneSettings,
    private readonly effects: LaneEffects<E>,
    loaded: LaneRecord = { kind: 'live' },
  ) {
    this.buffer = new LaneBuffer(
      (seq) => effects.release(seq),
      (event, bytes, held) => effects.buffered(event, bytes, held),
    );
    this.health = new ReceiverHealth(settings.ordered, settings.inFlightMax, settings.breakerFailures);
    this.saysParked = loaded.kind === 'parked';
    if (loaded.kind === 'live') return;
    this.covers = loaded.cursor;
    this.cursor = loaded.cursor;
    this.cursorAttempt = loaded.attempt;
    this.health.failingSince = loaded.failingSince;
    this.readPosition = loaded.cursor;
    this.mode = loaded.kind;
    this.until = loaded.until ?? Infinity;
    if (loaded.kind === 'parked') this.target = loaded;
  }

  get state(): 'live' | 'parked' | 'behind' {
    if (this.mode === 'live') return 'live';
    return this.mode === 'parked' || this.mode === 'draining' ? 'parked' : 'behind';
  }

  get paused(): boolean {
    return this.target?.reason === 'paused';
  }

  /**
   * When a parked lane goes on, as far as is known now: at its time, or sooner where a pause was lifted and
   * only its record is waited for. Undefined when it is not parked. A single retry that comes earlier waits
   * for it.
   */
  get parkedUntil(): number | undefined {
    return this.target && (this.goOnAt ?? this.target.dueAt);
  }

  get inFlightCount(): number {
    return this.buffer.flying;
  }

  /**
   * The main reader came to an event of this lane. True: the window has to wait until the lane releases it.
   */
  offer(seq: number, event: E, bytes: number): boolean {
    if (this.mode === 'live' || this.mode === 'handover') {
      if (this.hasRoom(bytes)) {
        this.buffer.push(seq, event, bytes, 0, true);
        return true;
      }
      this.fallBehind(seq);
    }
    // Covered by the durable record — or below its cursor and so over: a new owner reads such events again.
    if (this.covers !== Infinity) return false;
    this.buffer.hold(seq);
    return true;
  }

  /**
   * A lane whose events wait too long goes BEHIND, again where it was about to hand over: the window is no
   * place to wait in. One that drains says so until it can say PARKED.
   */
  lag(): void {
    if (this.oldestHeld === undefined) return;
    if (this.mode === 'live' || this.mode === 'handover') this.fallBehind(this.effects.position());
    else if (this.mode === 'draining' && !this.wanted && !this.writing) this.want();
  }

  canStart(now: number): boolean {
    if (this.mode === 'parked' || this.mode === 'draining' || this.buffer.queued === 0) return false;
    if (this.isEarly(now)) return false;
    return this.buffer.flying < this.health.inFlightMax;
  }

  /** A token comes a little early. Further ahead than any does, the clock was set back. */
  isEarly(now: number): boolean {
    return now < this.notBefore && this.notBefore - now <= tokenLeadMaxMs;
  }

  get bufferedBytes(): number {
    return this.buffer.bytes;
  }

  /** Events that wait in memory. */
  get queued(): number {
    return this.buffer.queued;
  }

  /** The first unfinished event in memory; undefined when there is none. */
  get oldest(): E | undefined {
    return this.buffer.oldest;
  }

  /** The event that the window has waited for longest, in flight or queued; undefined when there is none. */
  get oldestHeld(): number | undefined {
    return this.buffer.oldestHeld;
  }

  /** No event below this one will be asked for by the lane any more. */
  get lowest(): number {
    return this.buffer.lowest({ cursor: this.readOn, attempt: 0 }).cursor;
  }

  /** Where it goes on when nothing is in memory. */
  private get readOn(): number {
    const { end, readPosition: behind, drainFrom: draining, cursor: parked } = this;
    return { live: end, handover: end, behind, draining, parked }[this.mode];
  }

  /** Where a parked lane waits; undefined while it is not parked. */
  get parkedAt(): number | undefined {
    return this.mode === 'parked' ? this.cursor : undefined;
  }

  /** Everything of the lane from here on is covered by its durable record; Infinity when it has none. */
  get coversFrom(): number {
    return this.covers;
  }

  /** Live, with nothing in memory or to write: it can be made anew when it is needed. */
  get isIdle(): boolean {
    return this.mode === 'live' && this.buffer.isEmpty && !this.wanted && !this.writing;
  }

  /** Where a replay ends; Infinity for every other lane. */
  get endsAt(): number {
    return this.until;
  }

  /** Whether the event is the one that the lane waits for after a failure. */
  hasTried(seq: number): boolean {
    return seq === this.cursor && this.cursorAttempt > 0;
  }

  /** Nothing starts before this instant: due tokens come a little early. */
  get startsAt(): number {
    return this.notBefore;
  }

  /** The next item to send; only where `canStart`. */
  start(now = 0): LaneItem<E> {
    const item = this.buffer.start();
    item.startedAt = now;
    return item;
  }

  /** When what has been in flight longest was started; undefined where nothing is. */
  get inFlightSince(): number | undefined {
    return this.buffer.flyingSince;
  }

  /** When what is in flight at `seq` was started; undefined where nothing is. */
  startedAt(seq: number): number | undefined {
    return this.buffer.startedAt(seq);
  }

  /**
   * It is over: delivered (`proven`), expired or cancelled. `recorded` follows when its record is
   * acknowledged.
   */
  finished(item: LaneItem<E>, proven: boolean): void {
    if (proven) this.health.succeeded();
    this.over(item);
  }

  /**
   * An attempt failed. After `exhausted` and `retry`, `recorded` follows when their record is acknowledged.
   */
  failed(item: LaneItem<E>, policy: RetryPolicy, failure: Failure): AfterFailure {
    const attempts = item.attempt + 1;
    const delayMs = retryDelayMs(policy, attempts, failure.random, failure.retryAfterMs);
    const dueAt = failure.now + (delayMs ?? 0);
    this.health.failed(failure);
    if (delayMs !== undefined && (this.settings.ordered || this.health.probing)) {
      const pausedUntil = this.paused && this.goOnAt === undefined ? this.target!.dueAt : undefined;
      const reason = pausedUntil === undefined ? 'failing' : 'paused';
      this.buffer.letGo(item);
      // Somebody's "go on at once" was for what waited then; this failure has a delay of its own.
      this.goOnAt = undefined;
      this.park({ attempt: attempts, dueAt: pausedUntil ?? dueAt, reason, gone: failure.gone }, item.seq);
      return { kind: 'park', dueAt };
    }
    this.over(item);
    const { probing, tripped } = this.health;
    // Where it probes, the event was given up: the next one is the next probe. 410 is about all that waits.
    if (failure.gone || (!this.settings.ordered && !probing && tripped)) this.trip(policy, failure);
    return delayMs === undefined ? { kind: 'exhausted' } : { kind: 'retry', dueAt };
  }

  /** The record that tells an item's end is acknowledged. */
  recorded(item: LaneItem<E>): void {
    this.buffer.recorded(item);
    this.settle();
  }

  /** A person paused the subscription: what is in flight finishes, the cursor stays. */
  pause(expiresAt: number): void {
    this.goOnAt = undefined;
    if (this.paused && this.mode === 'draining') return;
    const target: Target = { dueAt: expiresAt, reason: 'paused', gone: false };
    if (this.mode === 'parked') this.park({ ...target, attempt: this.cursorAttempt }, this.cursor);
    else this.drain(target);
  }

  /** Something that stands in its record beside its own state has changed. */
  rewrite(): void {
    this.want();
  }

  /** Goes on at once: a pause was lifted, or somebody wants a parked lane tried now. */
  resume(): void {
    if (this.target) this.goOnAt = 0;
    this.tryGoOn();
  }

  /**
   * The event that a parked lane waits for is passed over: `takesSkip` tells the sender which one that is.
   */
  skip(): boolean {
    if (this.mode !== 'parked' || this.paused) return false;
    this.skipSeq = this.cursor;
    this.resume();
    return true;
  }

  /** Asked once for each event that starts: whether it is the one to pass over. */
  takesSkip(item: LaneItem<E>): boolean {
    // Where that one turns out to be over already, the next one is not passed over in its place.
    const skips = item.seq === this.skipSeq;
    this.skipSeq = undefined;
    return skips;
  }

  /**
   * A single retry of this lane failed. It has a time of its own to come back at, but counts: for the
   * breaker, as a probe, and a receiver that says 410 says it for everything.
   */
  retryFailed(policy: RetryPolicy, failure: Failure): void {
    this.health.failed(failure);
    if (failure.gone || this.health.tripped) this.trip(policy, failure);
  }

  /**
   * retry-scheduler's token. It counts only where it fits the parked record. False: it does not fit, and the
   * lane's
   * record is written again, which replaces the timer that sent it.
   */
  due(token: { cursor: number; attempt: number; dueAt: number }): boolean {
    const fits = this.cursor === token.cursor;
    const inTime = token.dueAt >= (this.target?.dueAt ?? 0);
    if (this.mode === 'parked' && fits && inTime && this.cursorAttempt === token.attempt) {
      // A person who said "now" is not put off.
      this.goOnAt = Math.min(this.goOnAt ?? Infinity, token.dueAt);
      this.tryGoOn();
      return true;
    }
    if (this.mode === 'draining' || (this.health.probing && fits && this.cursorAttempt === token.attempt))
      return true;
    this.want();
    return false;
  }

  /** The subscription is disabled or deleted: what waits is dropped, what is in flight is not tried again. */
  cancel(): void {
    const durable = this.covers !== Infinity || this.writing !== undefined || this.wanted;
    this.buffer.cancel();
    this.mode = 'live';
    this.covers = Infinity;
    this.target = undefined;
    this.goOnAt = undefined;
    this.skipSeq = undefined;
    this.health.forget();
    if (durable) this.want();
  }

  /** A replay that is new: nothing is read for it before its record is acknowledged. */
  begin(): void {
    this.covers = Infinity;
    this.want();
  }

  /** Where the catch-up reader should read for this lane; undefined while it need not. */
  get wantsRead(): number | undefined {
    if (this.mode !== 'behind' || this.covers === Infinity || this.readPosition >= this.until)
      return undefined;
    const half = this.buffer.queued < this.eventsMax / 2 && this.buffer.bytes < this.settings.bytesMax / 2;
    // An event that did not fit is not read again and again until it does.
    return half && this.hasRoom(this.refusedBytes) ? this.readPosition : undefined;
  }

  /** False when the lane is full: it has to be read again from this event on. */
  feed(seq: number, event: E, bytes: number): boolean {
    if (seq >= this.until) return true;
    const fits = this.hasRoom(bytes);
    this.refusedBytes = fits ? 0 : bytes;
    if (!fits) return false;
    this.buffer.push(seq, event, bytes, seq === this.cursor ? this.cursorAttempt : 0, false);
    this.readPosition = seq + 1;
    return true;
  }

  /**
   * The catch-up reader gave everything below `position`. `loadedEnd`: the end of the bitmap loaded at
   * takeover.
   */
  fedUpTo(position: number, loadedEnd: number): void {
    if (this.mode !== 'behind') return;
    this.readPosition = Math.min(Math.max(this.readPosition, position), this.until);
    this.loadedEnd = loadedEnd;
    this.settle();
  }

  /**
   * The cursor is written again while the lane catches up: when that is `due` for all lanes, so that one
   * transaction takes them, every 1,000 deliveries, and at once where its record still says PARKED.
   */
  checkpoint(due: boolean): void {
    if (this.state !== 'behind' || this.health.probing || this.finishedSinceCheckpoint === 0) return;
    if (due || this.saysParked || this.finishedSinceCheckpoint >= checkpointDeliveries) this.want();
  }

  /** The record to write in the owner's next transaction; undefined while there is none or it has to wait. */
  takeRecord(): LaneRecord | undefined {
    if (!this.wanted || this.writing) return undefined;
    const record = this.record();
    if (!record) return undefined;
    this.wanted = false;
    this.writing = record;
    this.saysParked = record.kind === 'parked';
    this.finishedSinceCheckpoint = 0;
    if (record.kind === 'live') {
      this.covers = Infinity;
      this.mode = 'live';
    } else {
      this.cursor = record.cursor;
      this.cursorAttempt = record.attempt;
    }
    return record;
  }

  /** The record that `takeRecord` gave last is acknowledged. */
  recordAcknowledged(): void {
    const record = this.writing!;
    this.writing = undefined;
    // A cancelled lane has released everything already; its tombstone follows.
    if (record.kind !== 'live' && this.mode !== 'live') this.cover(record.cursor);
    this.tryGoOn();
    this.settle();
  }

  private record(): LaneRecord | undefined {
    const { cursor, cursorAttempt } = this;
    const { failingSince } = this.health;
    const until = this.until === Infinity ? {} : { until: this.until };
    switch (this.mode) {
      case 'draining':
        // PARKED follows when all is over; until then somebody may wait for a request that hangs.
        if (this.oldestHeld === undefined) return undefined;
        break;
      case 'parked':
        if (this.buffer.unrecordedCount > 0) return undefined;
        return { kind: 'parked', cursor, failingSince, ...this.target!, attempt: cursorAttempt, ...until };
      case 'live':
        return { kind: 'live' };
      case 'handover':
        if (this.buffer.coveredCount === 0) return { kind: 'live' };
    }
    const beyond = this.readOn;
    const attempt = beyond === cursor ? cursorAttempt : 0;
    return { kind: 'behind', ...this.buffer.lowest({ cursor: beyond, attempt }), failingSince, ...until };
  }

  /** A PARKED or BEHIND record is durable: everything from its cursor on need not be held any more. */
  private cover(cursor: number): void {
    this.covers = cursor;
    this.buffer.releaseHeld();
    // After a handover LIVE may follow, and then only holds protect what the main reader offered.
    if (this.mode === 'behind' || this.mode === 'draining') this.buffer.coverItems();
  }

  /** A probe needs its event and perhaps the next one: thousands of lanes may probe at once. */
  private get eventsMax(): number {
    return this.health.probing ? Math.min(2, this.settings.eventsMax) : this.settings.eventsMax;
  }

  private hasRoom(bytes: number): boolean {
    return this.buffer.hasRoom(bytes, this.eventsMax, this.settings.bytesMax);
  }

  private over(item: LaneItem<E>): void {
    this.buffer.over(item);
    this.finishedSinceCheckpoint++;
    this.settle();
  }

  private fallBehind(readPosition: number): void {
    this.mode = 'behind';
    this.readPosition = readPosition;
    this.want();
  }

  /** The receiver is left alone for a while; what is in flight finishes. */
  private trip(policy: RetryPolicy, failure: Failure): void {
    if (this.target) {
      // Parked already, or about to be: what is new is only that it says 410.
      if (failure.gone && !this.target.gone) {
        this.target = { ...this.target, gone: true };
        if (this.mode === 'parked') this.want();
      }
      return;
    }
    const pauseMs = retryDelayMs(policy, 1, failure.random, failure.retryAfterMs) ?? 0;
    const reason = this.settings.ordered ? 'failing' : 'breaker';
    this.drain({ dueAt: failure.now + pauseMs, reason, gone: failure.gone });
  }

  private drain(target: Target): void {
    if (this.mode !== 'draining') {
      this.drainFrom = this.mode === 'behind' ? this.readPosition : this.end;
    }
    this.mode = 'draining';
    this.target = target;
    this.settle();
  }

  private park(target: Target, cursor: number): void {
    this.cursorAttempt = target.attempt ?? (cursor === this.cursor ? this.cursorAttempt : 0);
    this.cursor = cursor;
    this.mode = 'parked';
    this.target = target;
    this.want();
  }

  /**
   * A parked lane whose time has come reads on from its cursor, one event at a time until one is delivered.
   */
  private tryGoOn(): void {
    if (this.mode !== 'parked' || this.goOnAt === undefined || this.wanted || this.writing) return;
    this.mode = 'behind';
    this.readPosition = this.cursor;
    this.notBefore = this.goOnAt;
    this.goOnAt = undefined;
    this.target = undefined;
    this.health.probe();
    this.settle();
  }

  /** Where what the lane has to deliver ends for now. */
  private get end(): number {
    return Math.min(this.effects.position(), this.until);
  }

  /**
   * From the main reader's position on, the lane hands over to it. Only there: a new owner's main reader may
   * still be
   * below the cursor, and what it reads there is over; below the end of the loaded bitmap it skips events
   * that this
   * lane may still wait for. And not while much is to be finished first: the window would wait for that.
   */
  private tryHandOver(): void {
    if (this.mode !== 'behind' || this.readPosition !== this.end) return;
    // Only the record knows the attempts of the event at the cursor: the lane reads that one itself.
    if (this.readPosition === this.cursor && this.cursorAttempt > 0) return;
    if (this.until === Infinity) {
      if (
        this.covers === Infinity ||
        this.end < this.loadedEnd ||
        this.buffer.coveredCount > Math.max(handoverMax, 2 * this.settings.inFlightMax)
      )
        return;
    } else if (this.readPosition < this.until) return;
    this.mode = 'handover';
  }

  /** What may follow once something is finished, recorded or acknowledged. */
  private settle(): void {
    this.tryHandOver();
    if (this.mode === 'draining' && this.buffer.flying === 0) {
      const { head } = this.buffer;
      this.buffer.letGo();
      this.park({ ...this.target!, attempt: head?.attempt }, head?.seq ?? this.drainFrom);
    } else if (this.wanted || (this.mode === 'handover' && this.buffer.coveredCount === 0)) {
      this.want();
    }
  }

  private want(): void {
    this.wanted = true;
    this.effects.dirty();
  }
}
