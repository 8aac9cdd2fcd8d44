import {
  cursorsTopic,
  decodeCursors,
  decodeRetry,
  dueTopic,
  encodeDue,
  laneOfKey,
  type ParkedLane,
  retriesTopic,
  type RetryMessage,
} from '@posthorn/contracts';
import { type Broker, type DurableWindow, pairKey } from './broker.js';

const leadMs = 150;
const leaseMs = 600;

type Timer<T> = { message: T; claimAt: number };

/**
 * The rules of retry-scheduler on memory: a parked record becomes a timer whose token is handed over a little
 * early, and again every lease until the lane's next record; a retry becomes one token, at least once.
 */
export class Scheduler {
  readonly deliveries = new Map<string, Timer<RetryMessage>>();
  private readonly lanes = new Map<string, Timer<ParkedLane>>();
  private cursorsRead = 0;
  private retriesRead = 0;
  /** Delivery tokens by offset of `due`. */
  private readonly tokens = new Map<string, number[]>();
  /** A delivery's token was handed over twice. */
  repeated = false;

  constructor(
    private readonly broker: Broker,
    private readonly now: () => number,
  ) {}

  /** Reads up to `max` records of each topic. */
  project(max: number): void {
    const cursors = this.broker.log(cursorsTopic.name).read(this.cursorsRead, max);
    for (const { key, value } of cursors.records) this.laneRecord(key!.toString(), value);
    this.cursorsRead = cursors.next;
    const retries = this.broker.log(retriesTopic.name).read(this.retriesRead, max);
    for (const { value } of retries.records) {
      const message = decodeRetry(value);
      // By place, not by delivery: of an event that was published twice, long apart, each is looked for. The
      // real timers keep one of the two, for one delivery it is.
      this.deliveries.set(retryKey(message), { message, claimAt: message.dueAt });
    }
    this.retriesRead = retries.next;
  }

  /** `keepRows`: it dies between handing over and deleting. */
  handOver(max: number, keepRows: boolean): void {
    const until = this.now() + leadMs;
    let left = max;
    for (const timer of this.lanes.values()) {
      if (timer.claimAt > until || left-- <= 0) continue;
      timer.claimAt = until + leaseMs;
      const { tenantId, subscriptionId, lane, cursor, attempt, dueAt } = timer.message;
      const value = encodeDue({ kind: 'lane', tenantId, subscriptionId, lane, cursor, attempt, dueAt });
      this.broker.append({ topic: dueTopic.name, key: null, value });
    }
    for (const [id, timer] of this.deliveries) {
      if (timer.claimAt > until || left-- <= 0) continue;
      timer.claimAt = until + leaseMs;
      this.token(timer.message);
      if (keepRows) this.repeated = true;
      else this.deliveries.delete(id);
    }
  }

  /** An old token once more, as a producer's retry after a crash would bring it. */
  repeat(at: number): void {
    const { records } = this.broker.log(dueTopic.name);
    if (records.length === 0) return;
    const { key, value } = records[at % records.length];
    this.broker.append({ topic: dueTopic.name, key, value });
    this.repeated = true;
  }

  /** When the next timer is to be handed over. */
  get nextAt(): number {
    const all = [...this.lanes.values(), ...this.deliveries.values()];
    return all.reduce((least, { claimAt }) => Math.min(least, claimAt), Infinity);
  }

  /** Whether a single retry of this delivery is still on its way, given what of `due` is settled. */
  covers(key: string, settled: (offset: number) => boolean): boolean {
    for (const { message } of this.deliveries.values()) if (retryKey(message) === key) return true;
    const { records } = this.broker.log(retriesTopic.name).read(this.retriesRead, Infinity);
    if (records.some(({ value }) => retryKey(decodeRetry(value)) === key)) return true;
    return (this.tokens.get(key) ?? []).some((offset) => !settled(offset));
  }

  get durable(): DurableWindow {
    return this.broker.due;
  }

  private token(message: RetryMessage): void {
    const value = encodeDue({ kind: 'delivery', ...message });
    const offset = this.broker.append({ topic: dueTopic.name, key: null, value });
    const key = retryKey(message);
    this.tokens.set(key, [...(this.tokens.get(key) ?? []), offset]);
  }

  /** A lane that is written again as it was keeps its lease. */
  private laneRecord(key: string, value: Buffer | null): void {
    if (!laneOfKey(key)) return;
    const message = value && decodeCursors(value);
    if (!message || message.kind !== 'parked') {
      this.lanes.delete(key);
      return;
    }
    const known = this.lanes.get(key)?.message;
    const same =
      known?.cursor === message.cursor && known.attempt === message.attempt && known.dueAt === message.dueAt;
    if (!same) this.lanes.set(key, { message, claimAt: message.dueAt });
  }
}

function retryKey({ subscriptionId, seq, replayId }: RetryMessage): string {
  return pairKey(subscriptionId, seq, replayId);
}
