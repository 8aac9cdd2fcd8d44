import { decodeRetry, dueTopic, encodeDue, type RetryMessage, subscriptionKey } from '@posthorn/contracts';
import {
  RecordRefused,
  type TraceContext,
  traceHeaders,
  type BatchProducer,
  type OutRecord,
} from '@posthorn/messaging';
import { type Logger, type OpenSpan, sendOptions, type Spans } from '@posthorn/runtime';
import type { DeliveryTimer, LaneTimer, TimerStore } from './timer.store.js';

export type TimerOptions = {
  leadMs: number;
  leaseMs: number;
  claimMax: number;
  /** Partitions whose timers are ours now. */
  partitions: () => number[];
  /** Keeps a delivery that Kafka will never take. */
  refused: (timer: DeliveryTimer, error: Error) => Promise<void>;
  spans?: Spans;
  /** Kafka has a timer, so long after its time. */
  late?: (timer: 'lane' | 'delivery', ms: number) => void;
};

/** Nothing is missed for longer than this, whatever the estimate of the next time was. */
const scanMs = 1_000;
const failureWaitMs = [100, 200, 500, 1_000, 2_000] as const;

/**
 * Hands timers over when their time has come, a little early: the token carries the exact time, and the
 * dispatcher holds it until then. One timer set for the next row, so an idle scheduler asks PostgreSQL
 * once a second.
 *
 * At least once: a lane's row stays, and is handed over again every lease until the lane's next record
 * replaces it; a delivery's row goes when Kafka has acknowledged its token. A crash in between hands it
 * over again.
 */
export class TimerService {
  private alarm: NodeJS.Timeout | undefined;
  private alarmAtMs = Infinity;
  private round: Promise<void> | undefined;
  private againAtMs = Infinity;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly store: TimerStore,
    private readonly producer: BatchProducer,
    private readonly logger: Logger,
    private readonly options: TimerOptions,
  ) {}

  /** Something is due at this time, or now for all we know. Cheap: called for every batch that is applied. */
  wake(dueAtMs = 0): void {
    if (this.stopped || dueAtMs === Infinity) return;
    const atMs = dueAtMs - this.options.leadMs;
    // A round that runs may have looked already.
    if (this.round) this.againAtMs = Math.min(this.againAtMs, atMs);
    else this.setAlarm(atMs);
  }

  /** Ends after the round that runs now, which waits for Kafka: bounded by whoever stops the producer. */
  async stop(timeoutMs: number): Promise<void> {
    this.stopped = true;
    clearTimeout(this.alarm);
    if (!this.round) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.round, late]);
    clearTimeout(timer);
  }

  private setAlarm(atMs: number): void {
    if (this.stopped || (this.alarm && this.alarmAtMs <= atMs)) return;
    clearTimeout(this.alarm);
    this.alarmAtMs = atMs;
    // The wall clock may be set: no wait is longer than the scan.
    const waitMs = Math.min(Math.max(Math.ceil(atMs - Date.now()), 0), scanMs);
    this.alarm = setTimeout(() => {
      this.alarm = undefined;
      this.alarmAtMs = Infinity;
      this.round = this.run().finally(() => {
        this.round = undefined;
        this.setAlarm(this.againAtMs);
      });
    }, waitMs);
  }

  /** One round; leaves the time of the next one in `againAtMs`. Never rejects. */
  private async run(): Promise<void> {
    this.againAtMs = Infinity;
    try {
      const nextMs = await this.handOver();
      this.againAtMs = Math.min(this.againAtMs, nextMs);
      this.failures = 0;
    } catch (err) {
      const waitMs = failureWaitMs[Math.min(this.failures, failureWaitMs.length - 1)]!;
      if (this.failures % 30 === 0) this.logger.warn({ err }, 'timers wait');
      this.failures++;
      this.againAtMs = Date.now() + waitMs;
    }
  }

  /** @returns when to look again (epoch ms) */
  private async handOver(): Promise<number> {
    const partitions = this.options.partitions();
    const idleMs = Date.now() + scanMs;
    if (partitions.length === 0) return idleMs;
    // Without Kafka a claim would only push the rows' times.
    if (this.producer.state === 'down') return Date.now() + 100;
    const { leadMs, leaseMs, claimMax } = this.options;
    const next = await this.store.nextClaimAtMs(partitions);
    if (next === undefined) return idleMs;
    if (next > Date.now() + leadMs) return Math.min(next - leadMs, idleMs);

    const claim = { partitions, untilMs: Date.now() + leadMs, leaseMs, max: claimMax };
    const [lanes, deliveries] = await Promise.all([
      this.store.claimLanes(claim),
      this.store.claimDeliveries(claim),
    ]);
    const [, handedOver] = await Promise.all([
      Promise.all(lanes.map((timer) => this.produceLane(timer))),
      Promise.all(deliveries.map((timer) => this.produceDelivery(timer))),
    ]);
    const done = deliveries.filter((_, at) => handedOver[at]);
    if (done.length > 0) await this.store.deleteDeliveries(done);
    if (lanes.length + deliveries.length > 0)
      this.logger.debug({ lanes: lanes.length, deliveries: deliveries.length }, 'timers handed over');
    // There may be more than one claim takes.
    return Date.now();
  }

  /** False when it was not written: its row is due again after the lease. */
  private async produce(record: OutRecord): Promise<boolean> {
    try {
      await this.producer.publish(record);
      return true;
    } catch (err) {
      if (err instanceof RecordRefused) throw err;
      this.logger.warn({ err, partition: record.partition }, 'a timer could not be handed over yet');
      return false;
    }
  }

  private async produceLane(timer: LaneTimer): Promise<void> {
    const handedOver = await this.produce(laneDue(timer));
    // What is handed over again because its lane has not answered says nothing about us.
    if (handedOver && timer.claims <= 1) this.options.late?.('lane', Math.max(0, Date.now() - timer.dueAt));
  }

  /** The wait is over: in the trace of the attempt that failed. */
  private spanOf(
    { headers = {} }: OutRecord,
    { tenantId, subscriptionId, attempt, dueAt }: RetryMessage,
  ): OpenSpan | undefined {
    if (headers['traceparent'] === undefined) return undefined;
    const about = {
      'posthorn.tenant.id': tenantId,
      'posthorn.subscription.id': subscriptionId,
      'posthorn.attempt': attempt + 1,
      'posthorn.due_at': new Date(dueAt).toISOString(),
    };
    return this.options.spans?.child(
      `send ${dueTopic.name}`,
      headers as TraceContext,
      sendOptions({ topic: dueTopic.name }, about),
    );
  }

  private async produceDelivery(timer: DeliveryTimer): Promise<boolean> {
    try {
      const retry = decodeRetry(timer.message);
      const record = deliveryDue(timer, retry);
      const span = this.spanOf(record, retry);
      if (span) record.headers = { ...span.context };
      const handedOver = await this.produce(record);
      span?.end(handedOver ? {} : { error: 'Kafka did not take it' });
      if (handedOver) this.options.late?.('delivery', Math.max(0, Date.now() - retry.dueAt));
      return handedOver;
    } catch (error) {
      if (!(error instanceof RecordRefused)) throw error;
      // Trying for ever would change nothing.
      await this.options.refused(timer, error);
      return true;
    }
  }
}

function laneDue({
  partition,
  tenantId,
  subscriptionId,
  lane,
  cursor,
  attempt,
  dueAt,
}: LaneTimer): OutRecord {
  return {
    topic: dueTopic.name,
    partition,
    key: subscriptionKey(tenantId, subscriptionId),
    value: encodeDue({ kind: 'lane', tenantId, subscriptionId, lane, cursor, attempt, dueAt }),
  };
}

/** Spread on purpose: fields that a newer dispatcher wrote for itself pass through. */
function deliveryDue(
  { partition, key, traceparent, tracestate }: DeliveryTimer,
  retry: RetryMessage,
): OutRecord {
  const trace = { traceparent: traceparent ?? undefined, tracestate: tracestate ?? undefined };
  return {
    topic: dueTopic.name,
    partition,
    key,
    value: encodeDue({ ...retry, kind: 'delivery' }),
    headers: traceHeaders(trace),
  };
}
