import {
  type AttemptMessage,
  type AttemptsMessage,
  attemptsTopic,
  encodeAttempts,
  encodeRetry,
  retriesTopic,
} from '@posthorn/contracts';
import { deliveryId } from '@posthorn/domain';
import { type LogFn, type OutRecord, ProducerStopped, type TraceContext } from '@posthorn/messaging';
import { type DueItem, type LaneSlot, type Work, workOf } from './lane-slot.js';
import type { Outbox } from './outbox.js';
import { type Told, toldWithout } from './outcome.js';
import type { PartitionOwner } from './partition-owner.js';

export type Ending = Pick<AttemptMessage, 'outcome' | 'final'> & { nextAttemptAt?: number };

export type AttemptWatch = {
  /** A delivery is over. */
  over(outcome: AttemptMessage['outcome']): void;
  /** What the records of this work carry on. */
  traceOf(work: Work): TraceContext | undefined;
};

const unwatched: AttemptWatch = { over: () => undefined, traceOf: (work) => workOf(work).event.trace };

/**
 * Takes every attempt, and every retry that is to come, to its topic; `done` is called once it is
 * acknowledged.
 */
export class AttemptRecorder {
  constructor(
    private readonly outbox: Outbox,
    private readonly log: LogFn,
    private readonly now: () => number,
    /** A record can never be written: what waits for it would wait for ever. */
    private readonly refused: (owner: PartitionOwner, error: Error) => void,
    /** Whether the log shows deliveries that succeed: a line that nobody sees is not made. */
    private readonly verbose = false,
    private readonly watch: AttemptWatch = unwatched,
  ) {}

  attempt(slot: LaneSlot, work: Work, ending: Ending, told: Told, done?: () => void): void {
    const { event, attempt, seq } = workOf(work);
    const replayId = replayIdOf(slot, work);
    const { tenantId, id: subscriptionId, url } = slot.subscription.snapshot;
    const withRequest = told.status !== undefined || told.error !== undefined;
    const message: AttemptMessage = {
      kind: 'attempt',
      tenantId,
      subscriptionId,
      deliveryId: deliveryIdOf(slot, work),
      eventId: event.message.id,
      eventType: event.message.type,
      seq,
      acceptedAt: event.message.acceptedAt,
      attempt: withRequest ? attempt + 1 : 0,
      ...ending,
      url,
      ...(replayId === undefined ? {} : { replayId }),
      ...told,
    };
    if (ending.final) this.watch.over(ending.outcome);
    if (this.verbose || message.outcome !== 'delivered') this.logAttempt(message, slot);
    this.write(attemptsTopic.name, slot, tenantId, encodeAttempts(message), this.watch.traceOf(work), done);
  }

  /** The delivery and its event, copied, to come back at dueAt. */
  retry(slot: LaneSlot, work: Work, at: { attempt: number; dueAt: number }, done: () => void): void {
    const { event, seq } = workOf(work);
    const replayId = replayIdOf(slot, work);
    const { tenantId, id: subscriptionId } = slot.subscription.snapshot;
    const { value } = event;
    const retry = {
      tenantId,
      subscriptionId,
      deliveryId: deliveryIdOf(slot, work),
      seq,
      ...at,
      ...(replayId === undefined ? {} : { replayId }),
      event: value,
    };
    this.write(
      retriesTopic.name,
      slot,
      slot.subscription.key,
      encodeRetry(retry),
      this.watch.traceOf(work),
      done,
    );
  }

  /** A single retry came back for a subscription that is no more. */
  cancelDue(owner: PartitionOwner, { due, event }: DueItem, settle: () => void): void {
    const { tenantId, subscriptionId, deliveryId: id, seq, replayId } = due;
    const { id: eventId, type: eventType, acceptedAt } = event.message;
    const ids = {
      kind: 'attempt' as const,
      tenantId,
      subscriptionId,
      deliveryId: id,
      eventId,
      eventType,
      seq,
      acceptedAt,
      ...(replayId === undefined ? {} : { replayId }),
    };
    const ending = { attempt: 0, outcome: 'cancelled' as const, final: true, url: '' };
    this.watch.over('cancelled');
    const value = encodeAttempts({ ...ids, ...ending, ...toldWithout(this.now()) });
    const done = this.doneOr(owner, settle);
    this.outbox.write({ topic: attemptsTopic.name, partition: owner.partition, key: tenantId, value, done });
  }

  tell(owner: PartitionOwner, message: AttemptsMessage): void {
    const { partition } = owner;
    const value = encodeAttempts(message);
    const done = this.doneOr(owner);
    this.outbox.write({ topic: attemptsTopic.name, partition, key: message.tenantId, value, done });
  }

  private write(
    topic: string,
    { owner }: LaneSlot,
    key: string,
    value: Buffer,
    trace: TraceContext | undefined,
    done?: () => void,
  ): void {
    const record: OutRecord = { topic, partition: owner.partition, key, value };
    if (trace) record.headers = { ...trace };
    record.done = this.doneOr(owner, done);
    this.outbox.write(record);
  }

  private doneOr(owner: PartitionOwner, done?: () => void): NonNullable<OutRecord['done']> {
    return (error) => {
      if (!error) done?.();
      else if (!(error instanceof ProducerStopped)) this.refused(owner, error);
    };
  }

  /** One wide line per attempt, with all ids; bodies and headers stay out of the log. */
  private logAttempt(message: AttemptMessage, { owner }: LaneSlot): void {
    const {
      responseBody: _body,
      responseHeaders: _headers,
      requestHeaders: _sent,
      kind: _kind,
      ...line
    } = message;
    const level = message.outcome === 'delivered' ? 'debug' : 'info';
    this.log(level, 'attempt', { ...line, url: withoutQuery(line.url), partition: owner.partition });
  }
}

/** A replay is a delivery of its own; a single retry keeps the id it came with. */
function deliveryIdOf(slot: LaneSlot, work: Work): string {
  if (work.kind === 'due') return work.item.due.deliveryId;
  return deliveryId(work.item.event.message.id, slot.subscription.snapshot.id, slot.replayId);
}

/** Undefined for a delivery made when its event came. */
export function replayIdOf(slot: LaneSlot, work: Work): string | undefined {
  return work.kind === 'due' ? work.item.due.replayId : slot.replayId;
}

/** A query may hold a token. */
function withoutQuery(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : `${url.slice(0, at)}?…`;
}
