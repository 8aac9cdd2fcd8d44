import {
  type AttemptMessage,
  attemptsTopic,
  encodeAttempts,
  encodeRetry,
  eventExpiryMs,
  retriesTopic,
} from '@posthorn/contracts';
import { deliveryId, retryDelayMs } from '@posthorn/domain';
import type { EgressClient, EgressResult } from '@posthorn/egress';
import type { LogFn, OutRecord } from '@posthorn/messaging';
import { AlarmClock } from './alarm-clock.js';
import type { DueItem, LaneSlot, LogEvent, Work } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import { outcomeOf, toldBy, toldWithout } from './outcome.js';
import type { PartitionOwner } from './partition-owner.js';
import { ReadyQueue } from './ready-queue.js';
import { requestOf, shownHeaders } from './request.js';

export type SenderSettings = { sendMax: number; sendPerOriginMax: number };

export type SenderPorts = {
  now(): number;
  random(): number;
  /** The send lease: whether this process may still believe that it owns the partition. */
  maySend(owner: PartitionOwner): boolean;
  /** Something ended: there may be records to write and lanes to read for. */
  changed(slot: LaneSlot): void;
  log: LogFn;
};

type Ending = Pick<AttemptMessage, 'outcome' | 'final'> & { nextAttemptAt?: number };

/** While a lane is parked by a person, its single retries come by again this often. */
const parkedRetryMaxMs = 5 * 60_000;

/** Starts what lanes have ready, within all permits, and takes every attempt to its record. */
export class Sender {
  private readonly ready = new ReadyQueue();
  private readonly flyingByOrigin = new Map<string, number>();
  private readonly waitingByOrigin = new Map<string, Set<LaneSlot>>();
  /** Lanes of partitions whose lease ran out; looked at again every tick. */
  private readonly unleased = new Set<LaneSlot>();
  private readonly alarms: AlarmClock<LaneSlot>;
  private flying = 0;
  private planned = false;
  private stopping = false;

  constructor(
    private readonly egress: Pick<EgressClient, 'send'>,
    private readonly outbox: Outbox,
    private readonly settings: SenderSettings,
    private readonly ports: SenderPorts,
  ) {
    this.alarms = new AlarmClock(ports.now, (slot) => this.offer(slot));
  }

  get inFlight(): number {
    return this.flying;
  }

  /** A lane may have something to start. */
  offer(slot: LaneSlot): void {
    if (slot.owner.ended || this.stopping) return;
    const now = this.ports.now();
    if (slot.canStart(now)) {
      this.ready.add(slot);
      this.plan();
    } else if (slot.lane.startsAt > now && slot.canStart(slot.lane.startsAt)) {
      this.alarms.set(slot.lane.startsAt, slot);
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
      else if (this.originIsFull(slot)) this.waitForOrigin(slot);
      else {
        this.start(slot, now);
        this.offer(slot);
        this.ports.changed(slot);
      }
    }
  }

  private start(slot: LaneSlot, now: number): void {
    const work = slot.start();
    const { event, attempt } = workOf(work);
    const { subscription, lane } = slot;
    if (!subscription.active || (work.kind === 'lane' && work.item.cancelled)) {
      this.over(slot, work, { outcome: 'cancelled', final: true });
      return;
    }
    if (event.message.acceptedAt + eventExpiryMs <= now) {
      this.over(slot, work, { outcome: 'expired', final: true });
      return;
    }
    if (work.kind === 'due' && lane.parkedUntil !== undefined) {
      // The lane's own probe finds out when the receiver is back; until then this one waits with it.
      this.retryLater(slot, work, attempt, Math.min(lane.parkedUntil, now + parkedRetryMaxMs));
      return;
    }
    const request = requestOf(subscription, event, attempt + 1, now);
    if (!request) {
      this.failed(slot, work, undefined, toldWithout(now, 'the signing secret cannot be opened'));
      return;
    }
    const { origin } = subscription;
    this.flying++;
    this.flyingByOrigin.set(origin, (this.flyingByOrigin.get(origin) ?? 0) + 1);
    this.egress.send(request, (result) => {
      this.flying--;
      this.leaveOrigin(origin);
      this.answered(slot, work, request.headers, result);
      this.plan();
    });
  }

  private answered(slot: LaneSlot, work: Work, headers: readonly string[], result: EgressResult): void {
    const told = { ...toldBy(result), requestHeaders: shownHeaders(headers) };
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
    outcome: { retryAfterMs: number; gone: boolean } | undefined,
    told: ReturnType<typeof toldBy>,
  ): void {
    if (slot.owner.ended) return;
    const { subscription, lane } = slot;
    const { attempt } = workOf(work);
    const policy = subscription.snapshot.retryPolicy;
    const { retryAfterMs = 0, gone = false } = outcome ?? {};
    const failure = { now: this.ports.now(), random: this.ports.random(), retryAfterMs, gone };
    if (!subscription.active || (work.kind === 'lane' && work.item.cancelled)) {
      this.over(slot, work, { outcome: 'cancelled', final: true }, told);
      return;
    }
    if (work.kind === 'due') {
      const delayMs = retryDelayMs(policy, attempt + 1, failure.random, retryAfterMs);
      if (delayMs === undefined) this.over(slot, work, { outcome: 'failed', final: true }, told);
      else {
        const nextAttemptAt = failure.now + delayMs;
        this.record(slot, work, { outcome: 'failed', final: false, nextAttemptAt }, told);
        this.retryLater(slot, work, attempt + 1, nextAttemptAt);
      }
      return;
    }
    const after = lane.failed(work.item, policy, failure);
    if (after.kind === 'exhausted') {
      this.record(slot, work, { outcome: 'failed', final: true }, told, () => this.settle(slot, work));
      return;
    }
    this.record(slot, work, { outcome: 'failed', final: false, nextAttemptAt: after.dueAt }, told);
    if (after.kind === 'retry') this.retryLater(slot, work, attempt + 1, after.dueAt);
  }

  /** The delivery is over; it is settled when that is recorded. */
  private over(slot: LaneSlot, work: Work, ending: Ending, told = toldWithout(this.ports.now())): void {
    const proven = ending.outcome === 'delivered';
    if (work.kind === 'lane') slot.lane.finished(work.item, proven);
    this.record(slot, work, ending, told, () => this.settle(slot, work));
  }

  private settle(slot: LaneSlot, work: Work): void {
    if (slot.owner.ended) return;
    if (work.kind === 'lane') slot.lane.recorded(work.item);
    else {
      slot.dueEnded();
      slot.owner.dueSettled(work.item);
    }
    this.offer(slot);
    this.ports.changed(slot);
  }

  /** Copied to `retries`; settled when that is acknowledged. */
  private retryLater(slot: LaneSlot, work: Work, attempt: number, dueAt: number): void {
    const { event, seq } = workOf(work);
    const { tenantId, id: subscriptionId } = slot.subscription.snapshot;
    const { traceparent, value, message } = event;
    const retry = {
      tenantId,
      subscriptionId,
      deliveryId: deliveryId(message.id, subscriptionId),
      seq,
      attempt,
      dueAt,
      ...(traceparent ? { traceparent } : {}),
      event: value,
    };
    const key = slot.subscription.key;
    this.write(retriesTopic.name, slot, key, encodeRetry(retry), event, () => this.settle(slot, work));
  }

  /** A single retry came back for a subscription that is no more. */
  cancelDue(owner: PartitionOwner, { due, event }: DueItem, settle: () => void): void {
    const { tenantId, subscriptionId, deliveryId: id, seq } = due;
    const { id: eventId, type: eventType } = event.message;
    const ids = {
      kind: 'attempt' as const,
      tenantId,
      subscriptionId,
      deliveryId: id,
      eventId,
      eventType,
      seq,
    };
    const ending = { attempt: 0, outcome: 'cancelled' as const, final: true, url: '' };
    const value = encodeAttempts({ ...ids, ...ending, ...toldWithout(this.ports.now()) });
    const done = (error: Error | null): void => void (error || settle());
    this.outbox.write({ topic: attemptsTopic.name, partition: owner.partition, key: tenantId, value, done });
  }

  private record(
    slot: LaneSlot,
    work: Work,
    ending: Ending,
    told: ReturnType<typeof toldBy>,
    done?: () => void,
  ): void {
    const { event, attempt, seq } = workOf(work);
    const { tenantId, id: subscriptionId, url } = slot.subscription.snapshot;
    const withRequest = told.status !== undefined || told.error !== undefined;
    const message: AttemptMessage = {
      kind: 'attempt',
      tenantId,
      subscriptionId,
      deliveryId: deliveryId(event.message.id, subscriptionId),
      eventId: event.message.id,
      eventType: event.message.type,
      seq,
      attempt: withRequest ? attempt + 1 : 0,
      ...ending,
      url,
      ...told,
    };
    this.logAttempt(message, slot);
    this.write(attemptsTopic.name, slot, tenantId, encodeAttempts(message), event, done);
  }

  private write(
    topic: string,
    { owner }: LaneSlot,
    key: string,
    value: Buffer,
    event: LogEvent,
    done?: () => void,
  ): void {
    const record: OutRecord = { topic, partition: owner.partition, key, value };
    if (event.traceparent) record.headers = { traceparent: event.traceparent };
    if (done) record.done = (error) => void (error || done());
    this.outbox.write(record);
  }

  private logAttempt(message: AttemptMessage, { owner }: LaneSlot): void {
    const {
      responseBody: _body,
      responseHeaders: _headers,
      requestHeaders: _sent,
      kind: _kind,
      ...line
    } = message;
    const level = message.outcome === 'delivered' ? 'debug' : 'info';
    this.ports.log(level, 'attempt', { ...line, partition: owner.partition });
  }

  private originIsFull({ subscription }: LaneSlot): boolean {
    return (this.flyingByOrigin.get(subscription.origin) ?? 0) >= this.settings.sendPerOriginMax;
  }

  private waitForOrigin(slot: LaneSlot): void {
    const { origin } = slot.subscription;
    const waiting = this.waitingByOrigin.get(origin);
    if (waiting) waiting.add(slot);
    else this.waitingByOrigin.set(origin, new Set([slot]));
  }

  private leaveOrigin(origin: string): void {
    const left = this.flyingByOrigin.get(origin)! - 1;
    if (left > 0) this.flyingByOrigin.set(origin, left);
    else this.flyingByOrigin.delete(origin);
    const waiting = this.waitingByOrigin.get(origin);
    if (!waiting) return;
    // One place, one lane; with nothing left in flight nobody would come by again, so all are looked at.
    const woken = left > 0 ? [...waiting].slice(0, 1) : [...waiting];
    for (const slot of woken) {
      waiting.delete(slot);
      this.offer(slot);
    }
    if (waiting.size === 0) this.waitingByOrigin.delete(origin);
  }
}

function workOf(work: Work): { event: LogEvent; attempt: number; seq: number } {
  if (work.kind === 'lane') return work.item;
  const { event, due } = work.item;
  return { event, attempt: due.attempt, seq: due.seq };
}
