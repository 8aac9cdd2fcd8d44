import type { EgressResult } from '@posthorn/egress';
import { Buckets, Count, type MetricAttributes, Metrics } from '@posthorn/runtime';
import type { LaneSlot, Work } from './lane-slot.js';
import { workOf } from './lane-slot.js';
import { dispatcherMetrics as defined } from './metrics.js';
import { TenantTally } from './tenant-tally.js';

/** How a receiver was doing when the request was made; service-level objectives look at the healthy ones. */
export type Receiver = 'healthy' | 'slow' | 'failing';

type AttemptSeries = { attempts: Count; duration: Buckets };

/**
 * What the dispatcher counts, as plain numbers: nothing is made per event or attempt but the lookup of its
 * series.
 */
export class Tally {
  readonly read: Count;
  readonly repeated: Count;
  readonly matched: Count;
  readonly lost: Count;
  readonly takeovers: Buckets;
  readonly tenants = new TenantTally();
  private readonly finished: Record<'delivered' | 'failed' | 'expired' | 'cancelled', Count>;
  private readonly firstAttempt: Record<Receiver, Buckets>;
  private readonly delivered: { first: Buckets; later: Buckets };
  private readonly phases: Record<'dns' | 'connect' | 'tls' | 'first_byte', Buckets>;
  private readonly attempts: Record<Receiver, Map<string, AttemptSeries>>;

  constructor(private readonly metrics: Metrics = new Metrics()) {
    this.read = metrics.counter(defined.read);
    this.repeated = metrics.counter(defined.repeated);
    this.matched = metrics.counter(defined.matched);
    this.lost = metrics.counter(defined.ownershipLost);
    this.takeovers = metrics.histogram(defined.takeovers);
    const finished = (outcome: string) => metrics.counter(defined.finished, { 'posthorn.outcome': outcome });
    this.finished = {
      delivered: finished('delivered'),
      failed: finished('failed'),
      expired: finished('expired'),
      cancelled: finished('cancelled'),
    };
    const first = (receiver: Receiver) =>
      metrics.histogram(defined.firstAttempt, { 'posthorn.receiver': receiver });
    this.firstAttempt = { healthy: first('healthy'), slow: first('slow'), failing: first('failing') };
    const delivered = (attempt: string) =>
      metrics.histogram(defined.deliveryDuration, { 'posthorn.attempt': attempt });
    this.delivered = { first: delivered('first'), later: delivered('later') };
    const phase = (name: string) => metrics.histogram(defined.phaseDuration, { 'posthorn.phase': name });
    this.phases = {
      dns: phase('dns'),
      connect: phase('connect'),
      tls: phase('tls'),
      first_byte: phase('first_byte'),
    };
    this.attempts = { healthy: new Map(), slow: new Map(), failing: new Map() };
    // There from the start: a rate of failures of nothing is 0, not nothing.
    for (const receiver of ['healthy', 'slow', 'failing'] as const)
      for (const error of ['', '5xx']) this.seriesOf(receiver, error);
  }

  /** A request came to its end; before its lane hears of it. */
  answered(slot: LaneSlot, work: Work, result: EgressResult): void {
    const { timings } = result;
    const { event, attempt } = workOf(work);
    const error = errorTypeOf(result);
    const receiver = receiverOf(slot);
    const { attempts, duration } = this.seriesOf(receiver, error);
    attempts.value++;
    duration.record(timings.durationMs / 1_000);
    this.phase(this.phases.dns, timings.dnsMs);
    this.phase(this.phases.connect, timings.connectMs);
    this.phase(this.phases.tls, timings.tlsMs);
    this.phase(this.phases.first_byte, timings.firstByteMs);
    this.tenants.count(slot.tenantId, error === '');
    if (slot.replayId !== undefined) return;
    const { acceptedAt } = event.message;
    if (attempt === 0) this.firstAttempt[receiver].record(secondsSince(acceptedAt, timings.startedAt));
    if (error !== '') return;
    const series = attempt === 0 ? this.delivered.first : this.delivered.later;
    series.record(secondsSince(acceptedAt, timings.startedAt + timings.durationMs));
  }

  /** What an owner has counted since the last time. */
  take(counts: { read: number; repeated: number; matched: number }): void {
    this.read.value += counts.read;
    this.repeated.value += counts.repeated;
    this.matched.value += counts.matched;
    counts.read = counts.repeated = counts.matched = 0;
  }

  /** A delivery is over. */
  over(outcome: string): void {
    const series = this.finished[outcome as keyof typeof this.finished] as Count | undefined;
    if (series) series.value++;
  }

  private phase(series: Buckets, ms: number): void {
    if (ms >= 0) series.record(ms / 1_000);
  }

  private seriesOf(receiver: Receiver, error: string): AttemptSeries {
    const known = this.attempts[receiver].get(error);
    if (known) return known;
    const type: MetricAttributes = error === '' ? {} : { 'error.type': error };
    const outcome = error === '' ? 'delivered' : 'failed';
    const series = {
      attempts: this.metrics.counter(defined.attempts, {
        'posthorn.outcome': outcome,
        'posthorn.receiver': receiver,
        ...type,
      }),
      duration: this.metrics.histogram(defined.attemptDuration, { 'http.request.method': 'POST', ...type }),
    };
    this.attempts[receiver].set(error, series);
    return series;
  }
}

/** Empty for what was delivered; the reason, or the class of a status that is no success. */
export function errorTypeOf(result: EgressResult): string {
  if (result.kind === 'error') return result.reason;
  const { status } = result;
  if (status >= 200 && status < 300) return '';
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'protocol';
}

/** Failing: its last attempts failed. Slow: it takes its time, or catches up, or is limited. */
export function receiverOf({ lane, slow, rateLimit }: LaneSlot): Receiver {
  if (lane.health.failingSince !== null) return 'failing';
  return slow || lane.state !== 'live' || rateLimit ? 'slow' : 'healthy';
}

/** Clocks of several machines may differ: never less than nothing. */
function secondsSince(then: number, now: number): number {
  return Math.max(0, now - then) / 1_000;
}
