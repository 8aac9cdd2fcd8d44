import { eventExpiryMs } from '@posthorn/contracts';
import { retryDelayMs } from '@posthorn/domain';
import type { EgressClient, EgressRequest, EgressResult } from '@posthorn/egress';
import type { TraceContext } from '@posthorn/messaging';
import { AlarmClock } from './alarm-clock.js';
import { type LaneSlot, type Work, workOf } from './lane-slot.js';
import { type AttemptRecorder, type Ending, replayIdOf } from './attempt-recorder.js';
import type { Outbox } from './outbox.js';
import { type Outcome, outcomeOf, type Told, toldBy, toldWithout } from './outcome.js';
import type { PartitionOwner } from './partition-owner.js';
import { Permits } from './permits.js';
import { ReadyQueue } from './ready-queue.js';
import { requestOf, shownHeaders } from './request.js';

export type SenderSettings = { sendMax: number; sendPerOriginMax: number; sendPerSubscriptionMax: number };

export type SenderPorts = {
  now(): number;
  random(): number;
  /** The send lease: whether this process may still believe that it owns the partition. */
  maySend(owner: PartitionOwner): boolean;
  /** Something ended: there may be records to write and lanes to read for. */
  changed(slot: LaneSlot): void;
  /** A request is about to be made: the trace that it tells, if not the event's own. */
  begin(slot: LaneSlot, work: Work): TraceContext | undefined;
  /** A request came to its end; the lane has not heard of it yet. */
  answered(slot: LaneSlot, work: Work, result: EgressResult): void;
};

/** While a lane is parked, its single retries come by again at its time, but at least this often. */
const parkedRetryMaxMs = 5 * 60_000;
const parkedRetryMinMs = 1_000;

/** Starts what lanes have ready, within all permits, and takes every attempt to its record. */
export class Sender {
  private readonly ready = new ReadyQueue();
  private readonly origins: Permits;
  private readonly tenants: Permits;
  private readonly subscriptions: Permits;
  private readonly slow: Permits;
  /** Lanes of partitions whose lease ran out; looked at again every tick. */
  private readonly unleased = new Set<LaneSlot>();
  private readonly alarms: AlarmClock<LaneSlot>;
  private flying = 0;
  private planned = false;
  private stopping = false;

  constructor(
    private readonly egress: Pick<EgressClient, 'send'>,
    private readonly outbox: Outbox,
    private readonly recorder: AttemptRecorder,
    private readonly settings: SenderSettings,
    private readonly ports: SenderPorts,
  ) {
    this.alarms = new AlarmClock(ports.now, (slot) => {
      slot.alarmAt = Infinity;
      this.offer(slot);
    });
    this.origins = new Permits(() => settings.sendPerOriginMax);
    this.tenants = new Permits(() => Math.max(1, Math.floor((settings.sendMax - this.flying) / 4)));
    this.subscriptions = new Permits(() => settings.sendPerSubscriptionMax);
    this.slow = new Permits(() => Math.max(1, Math.floor(settings.sendMax / 2)));
  }

  get inFlight(): number {
    return this.flying;
  }

  /** Lanes that wait for a permit, by its kind. */
  get waiting(): Record<'subscription' | 'origin' | 'tenant' | 'slow', number> {
    return {
      subscription: this.subscriptions.waitingLanes,
      origin: this.origins.waitingLanes,
      tenant: this.tenants.waitingLanes,
      slow: this.slow.waitingLanes,
    };
  }

  /** A lane may have something to start. */
  offer(slot: LaneSlot): void {
    if (slot.owner.ended || this.stopping) return;
    const now = this.ports.now();
    if (slot.canStart(now)) {
      this.ready.add(slot);
      this.plan();
    } else if (slot.lane.startsAt > now && slot.canStart(slot.lane.startsAt)) {
      this.wake(slot, slot.lane.startsAt);
    }
  }

  /** Called every tick. */
  tick(): void {
    const unleased = [...this.unleased];
    this.unleased.clear();
    for (const slot of unleased) this.offer(slot);
    this.plan();
  }

  /** Nothing starts any more; resolves when nothing is in flight or the time is up. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    this.alarms.stop();
    const until = this.ports.now() + graceMs;
    while (this.flying > 0 && this.ports.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  private plan(): void {
    if (this.planned || this.ready.empty) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      this.pump();
    });
  }

  private pump(): void {
    while (!this.stopping && this.flying < this.settings.sendMax && this.outbox.hasRoom(this.flying)) {
      const slot = this.ready.take();
      if (!slot) return;
      const now = this.ports.now();
      if (slot.owner.ended || !slot.canStart(now)) continue;
      if (!this.ports.maySend(slot.owner)) this.unleased.add(slot);
      // What goes back to wait needs no permit.
      else if (slot.sendsBack || this.mayStart(slot, now)) {
        this.start(slot, now);
        this.offer(slot);
        this.ports.changed(slot);
      }
    }
  }

  /** One alarm is enough, however often the lane is looked at until then. */
  private wake(slot: LaneSlot, at: number): void {
    if (slot.alarmAt <= at) return;
    slot.alarmAt = at;
    this.alarms.set(at, slot);
  }

  /** Whether every permit is there; where one is missing, the lane waits for it. */
  private mayStart(slot: LaneSlot, now: number): boolean {
    const tokenAt = slot.tokenAt(now);
    if (tokenAt > now) {
      this.wake(slot, tokenAt);
      return false;
    }
    for (const [permits, key] of this.permitsOf(slot)) {
      if (permits.available(key)) continue;
      permits.wait(key, slot);
      return false;
    }
    return true;
  }

  private permitsOf(slot: LaneSlot): [Permits, string][] {
    const { subscription, tenantId, slow } = slot;
    const permits: [Permits, string][] = [
      [this.subscriptions, subscription.key],
      [this.origins, subscription.origin],
      [this.tenants, tenantId],
    ];
    if (slow) permits.push([this.slow, '']);
    return permits;
  }

  private start(slot: LaneSlot, now: number): void {
    const work = slot.start(now);
    const { event, attempt } = workOf(work);
    const { subscription, lane } = slot;
    if (!subscription.active || (work.kind === 'lane' && work.item.cancelled)) {
      this.over(slot, work, { outcome: 'cancelled', final: true });
      return;
    }
    if (work.kind === 'lane' && lane.takesSkip(work.item)) {
      this.over(slot, work, { outcome: 'cancelled', final: true });
      return;
    }
    // Whoever orders a replay knows how old its events are.
    if (event.message.acceptedAt + eventExpiryMs <= now && replayIdOf(slot, work) === undefined) {
      this.over(slot, work, { outcome: 'expired', final: true });
      return;
    }
    if (work.kind === 'due' && lane.parkedUntil !== undefined) {
      // The lane's own probe finds out when the receiver is back; until then this one waits with it.
      this.retryLater(slot, work, attempt, putOffUntil(slot, lane.parkedUntil, now));
      return;
    }
    if (work.kind === 'due' && work.putOff) {
      this.retryLater(slot, work, attempt, slot.turnAt(now));
      return;
    }
    const request = this.requestOrReason(slot, work, now);
    if (typeof request === 'string') {
      this.failed(slot, work, undefined, toldWithout(now, request));
      return;
    }
    this.flying++;
    this.ready.charge(slot, event.value.length);
    slot.takeToken();
    // What is given back is what was taken, whatever has changed meanwhile.
    const permits = this.permitsOf(slot);
    for (const [kind, key] of permits) kind.take(key);
    this.egress.send(request, (result) => {
      this.flying--;
      for (const [kind, key] of permits) for (const woken of kind.leave(key)) this.offer(woken);
      slot.took(result.timings.durationMs);
      this.ports.answered(slot, work, result);
      this.answered(slot, work, request.headers, result);
      this.plan();
    });
  }

  /**
   * What cannot be rendered or signed is a failed attempt, whoever's fault it is: nothing else stops for it.
   */
  private requestOrReason(slot: LaneSlot, work: Work, now: number): EgressRequest | string {
    const { event, attempt } = workOf(work);
    try {
      const trace = this.ports.begin(slot, work) ?? event.trace;
      return (
        requestOf(slot.subscription, event, attempt + 1, now, trace) ?? 'the signing secret cannot be opened'
      );
    } catch (error) {
      return `the request cannot be made: ${String(error)}`;
    }
  }

  private answered(slot: LaneSlot, work: Work, headers: readonly string[], result: EgressResult): void {
    const told = {
      ...toldBy(result),
      requestHeaders: shownHeaders(headers, slot.subscription.snapshot.headers),
    };
    const outcome = outcomeOf(result, this.ports.now());
    // An ended owner decides nothing any more, but what the receiver got is still told.
    if (outcome.kind === 'delivered') this.over(slot, work, { outcome: 'delivered', final: true }, told);
    else this.failed(slot, work, outcome, told);
    if (!slot.owner.ended) {
      this.offer(slot);
      this.ports.changed(slot);
    }
  }

  private failed(
    slot: LaneSlot,
    work: Work,
    outcome: Extract<Outcome, { kind: 'failed' }> | undefined,
    told: Told,
  ): void {
    if (slot.owner.ended) return;
    const { subscription, lane } = slot;
    const { attempt } = workOf(work);
    const policy = subscription.snapshot.retryPolicy;
    const { retryAfterMs = 0, gone = false, overload = false } = outcome ?? {};
    const failure = { now: this.ports.now(), random: this.ports.random(), retryAfterMs, gone, overload };
    if (!subscription.active || (work.kind === 'lane' && work.item.cancelled)) {
      this.over(slot, work, { outcome: 'cancelled', final: true }, told);
      return;
    }
    if (work.kind === 'due') {
      lane.retryFailed(policy, failure);
      const delayMs = retryDelayMs(policy, attempt + 1, failure.random, retryAfterMs);
      if (delayMs === undefined) this.over(slot, work, { outcome: 'failed', final: true }, told);
      else {
        const nextAttemptAt = failure.now + delayMs;
        this.recorder.attempt(slot, work, { outcome: 'failed', final: false, nextAttemptAt }, told);
        this.retryLater(slot, work, attempt + 1, nextAttemptAt);
      }
      return;
    }
    const after = lane.failed(work.item, policy, failure);
    if (after.kind === 'exhausted') {
      this.recorder.attempt(slot, work, { outcome: 'failed', final: true }, told, () =>
        this.settle(slot, work),
      );
      return;
    }
    this.recorder.attempt(slot, work, { outcome: 'failed', final: false, nextAttemptAt: after.dueAt }, told);
    if (after.kind === 'retry') this.retryLater(slot, work, attempt + 1, after.dueAt);
  }

  /** The delivery is over; it is settled when that is recorded. */
  private over(slot: LaneSlot, work: Work, ending: Ending, told = toldWithout(this.ports.now())): void {
    const proven = ending.outcome === 'delivered';
    if (work.kind === 'lane') slot.lane.finished(work.item, proven);
    else if (proven) slot.lane.health.succeeded();
    this.recorder.attempt(slot, work, ending, told, () => this.settle(slot, work));
  }

  private settle(slot: LaneSlot, work: Work): void {
    if (slot.owner.ended) return;
    if (work.kind === 'lane') slot.lane.recorded(work.item);
    else {
      slot.dueEnded();
      slot.owner.due.settled(work.item);
    }
    this.offer(slot);
    this.ports.changed(slot);
  }

  /** Copied to `retries`; settled when that is acknowledged. */
  private retryLater(slot: LaneSlot, work: Work, attempt: number, dueAt: number): void {
    this.recorder.retry(slot, work, { attempt, dueAt }, () => this.settle(slot, work));
  }
}

/**
 * A pause may be lifted at any time: a retry waits at most as long again as the pause has lasted here, so
 * that a short one costs little, and a long one few records. Not since it was ordered: an owner that catches
 * up reads of pauses that are long over.
 */
function putOffUntil({ subscription }: LaneSlot, parkedUntil: number, now: number): number {
  const { snapshot, takenAt } = subscription;
  const waitMs = snapshot.status === 'paused' ? now - takenAt : parkedRetryMaxMs;
  const boundMs = Math.min(Math.max(waitMs, parkedRetryMinMs), parkedRetryMaxMs);
  return Math.max(now + parkedRetryMinMs, Math.min(parkedUntil, now + boundMs));
}
