import {
  cursorsTopic,
  decodeEvents,
  encodeSubscription,
  type EventMessage,
  type LaneCommand,
  eventsTopic,
  laneKey,
  type ReplayOrder,
  type SubscriptionChanged,
  subscriptionsTopic,
  UndecodableError,
} from '@posthorn/contracts';
import { deliveryId, type LaneRecord } from '@posthorn/domain';
import { type InRecord, OffsetWindow, readTrace, type TxRecord } from '@posthorn/messaging';
import { DueIntake } from './due-intake.js';
import { EventMemory } from './event-memory.js';
import { TransactionDraft } from './transaction-draft.js';
import { lagAt, patienceMs } from './lag.js';
import { encodeLane, laneNames, replayKey } from './lane-records.js';
import { LaneSlot, type LogEvent, replayOrderOf } from './lane-slot.js';
import type { OwnerPorts } from './owner-ports.js';
import {
  isForgotten,
  keyOf,
  type OpenSecret,
  Subscription,
  SubscriptionTable,
} from './subscription-table.js';
import type { KnownEnding, KnownEndings } from './known-endings.js';
import { toldWithout } from './outcome.js';
import type { LoadedPartition } from './takeover.js';
import { WindowRecords } from './window-records.js';

const obeyedMax = 1_000;
/** A transaction of the owner: what to write, and what to do once it is acknowledged. */
export type OwnerTransaction = { records: TxRecord[]; acknowledged(): void };

/**
 * Everything a dispatcher knows of a partition that it owns: position, windows, subscriptions, lanes. One
 * object is one
 * ownership: a fenced or revoked owner is thrown away whole (`end`), and whatever still calls back finds it
 * ended.
 */
export class PartitionOwner {
  readonly subscriptions: SubscriptionTable;
  /** Lanes that want the catch-up reader are found among these. */
  readonly slots = new Map<string, LaneSlot>();
  readonly window: OffsetWindow;
  readonly due: DueIntake;
  /** What an earlier owner has brought to an end beyond what it wrote down. */
  readonly endings: KnownEndings;
  ended = false;
  private position: number;
  private logLow: number;
  private readonly dirtySlots = new Set<LaneSlot>();
  /** Lanes that are not idle, or were not a moment ago: of thousands by entity mostly a few. */
  private readonly busySlots = new Set<LaneSlot>();
  /** Snapshots to write, with the control records that wait for it. */
  private readonly snapshots = new Map<Subscription, number[]>();
  /** By key, the topic in which a lane or a subscription that is no more still has a record. */
  private readonly orphans = new Map<string, string>();
  private readonly obeyed = new Set<string>();
  /** Replays that have begun, and the orders that wait until that is durable. */
  private readonly replays = new Map<LaneSlot, number>();
  private readonly windows: WindowRecords;
  private readonly memory = new EventMemory();
  /** Counted here, taken from here by whoever measures. */
  readonly counts = { read: 0, repeated: 0, matched: 0 };

  constructor(
    readonly partition: number,
    private readonly ports: OwnerPorts,
    loaded: LoadedPartition,
  ) {
    this.window = loaded.window;
    this.due = new DueIntake(this, ports, loaded.dueWindow);
    this.position = loaded.window.next;
    this.logLow = loaded.log.low;
    this.endings = loaded.endings;
    this.windows = new WindowRecords(this, ports.now, loaded.dueEnd);
    this.subscriptions = new SubscriptionTable();
    for (const message of loaded.subscriptions) {
      if (isForgotten(message, this.logLow)) this.orphans.set(keyOf(message), subscriptionsTopic.name);
      else this.subscriptions.add(new Subscription(message, this.open));
      const known = this.subscriptions.at(keyOf(message));
      if (known && loaded.clamped.has(message)) this.snapshots.set(known, []);
    }
    for (const { tenantId, subscriptionId, lane, record, moved, replay, waitingSince } of loaded.lanes) {
      const subscription = this.subscriptions.get(tenantId, subscriptionId);
      // Nothing durable covers a lane in a log that was cut before its place is written anew.
      if (subscription?.active) {
        const slot = this.addSlot(subscription, lane, record, replay);
        slot.waitingSince ??= waitingSince;
        if (moved) slot.lane.begin();
      } else this.orphan(laneKey(tenantId, subscriptionId, lane));
    }
    for (const subscription of this.subscriptions.all()) this.followStatus(subscription);
  }

  /** Bytes of events that lanes have in memory and the window waits for. */
  get heldBytes(): number {
    return this.memory.heldBytes;
  }

  /** The same of lanes that catch up, which nobody but their receivers has to wait for. */
  get fedBytes(): number {
    return this.memory.fedBytes;
  }

  get nextPosition(): number {
    return this.position;
  }

  end(): void {
    this.ended = true;
  }

  /** A batch of `events`. Records below the position were read before and are ignored. */
  onEvents(records: readonly InRecord[], next: number): void {
    for (const record of records) {
      if (this.ended || record.offset < this.position) continue;
      this.position = record.offset;
      if (!this.window.isSettled(record.offset)) this.takeRecord(record);
      this.position = record.offset + 1;
    }
    this.position = Math.max(this.position, next);
    this.window.advance(this.position);
    this.ports.wake(this);
  }

  /** A batch of `due`: tokens of parked lanes, and single retries. */
  onDue(records: readonly InRecord[], next: number): void {
    if (this.ended) return;
    this.due.take(records, next);
    this.ports.wake(this);
  }

  /** The log begins at `low` now: subscriptions deleted before that are asked for by nothing any more. */
  logBegins(low: number): void {
    this.logLow = Math.max(this.logLow, low);
    for (const subscription of this.subscriptions.all()) {
      if (!isForgotten(subscription.message(), this.logLow) || this.snapshots.has(subscription)) continue;
      if ([...subscription.lanes.values()].some(({ lane }) => !lane.isIdle)) continue;
      for (const { key } of subscription.lanes.values()) this.slots.delete(key);
      this.subscriptions.remove(subscription);
      this.orphans.set(subscription.key, subscriptionsTopic.name);
    }
  }

  /** A parked lane's token came for a lane that is no more: its record goes, and with it the timer. */
  orphan(key: string): void {
    this.orphans.set(key, cursorsTopic.name);
  }

  /**
   * Every 100 ms or so.
   *
   * @param due whether windows are to be written, and the cursors of lanes that catch up
   * @param load how full it is with what its window waits for (`loadOf`)
   */
  tick(now: number, due: boolean, load: number): void {
    this.windows.passage.add(now, this.position, now - patienceMs, this.window.next);
    const lags = lagAt(this.windows.passage, now, load);
    for (const slot of this.busySlots) {
      slot.lane.checkpoint(due);
      if (lags(slot)) slot.lane.lag();
      if (slot.lane.isIdle) this.busySlots.delete(slot);
    }
    if (!due) return;
    this.windows.ask();
    if (this.windows.knowsDue) this.endings.sweep(this.position, (key) => this.subscriptions.at(key));
  }

  /** What the owner wants written now; undefined when there is nothing. */
  takeTransaction(): OwnerTransaction | undefined {
    const draft = new TransactionDraft();
    const taken: LaneSlot[] = [];
    for (const slot of this.dirtySlots) {
      if (draft.full) break;
      this.dirtySlots.delete(slot);
      const record = slot.lane.takeRecord();
      if (!record) continue;
      taken.push(slot);
      draft.add(this.cursor(slot.key, encodeLane(slot, record, this.ports.now())));
    }
    for (const [key, topic] of this.orphans) {
      if (draft.full) break;
      this.orphans.delete(key);
      draft.add({ topic, partition: this.partition, key, value: null });
    }
    // After the lanes: a snapshot that disables is not durable before what waited is gone.
    const snapshots = new Map<Subscription, number[]>();
    for (const [subscription, seqs] of this.snapshots) {
      const value = encodeSubscription(subscription.message());
      if (!draft.fits(value)) break;
      this.snapshots.delete(subscription);
      snapshots.set(subscription, seqs);
      draft.add({ topic: subscriptionsTopic.name, partition: this.partition, key: subscription.key, value });
    }
    // Nor is a window before the histories that decide below it.
    const complete = !draft.full && this.snapshots.size === 0;
    const written = complete ? this.windows.take() : undefined;
    for (const { key, value } of written?.cursors ?? []) draft.add(this.cursor(key, value));
    if (draft.records.length === 0) return undefined;
    return {
      records: draft.records,
      acknowledged: () => {
        for (const seqs of snapshots.values()) for (const seq of seqs) this.window.settle(seq);
        for (const slot of taken) slot.lane.recordAcknowledged();
        for (const slot of taken) this.replayed(slot);
        for (const slot of taken) this.ports.ready(slot);
        if (written) this.ports.windowWritten(this.partition, written.next, written.due);
      },
    };
  }

  /** The event of a record, as lanes keep it. */
  logEvent(message: EventMessage, record: { value: Buffer | null; headers: InRecord['headers'] }): LogEvent {
    // A copy: what was fetched is one piece of memory, which a single event would keep alive as a whole.
    const value = Buffer.from(record.value!);
    const data = value.subarray(value.length - message.data.length);
    return {
      message: { ...message, data },
      value,
      trace: readTrace(record),
      bodies: {},
      heldBy: 0,
      fedBy: 0,
    };
  }

  /** Whether the event stands at a lower offset already; `reread`: the main reader was here before. */
  isRepeat({ id }: EventMessage, { offset, timestamp: at }: InRecord, reread = false): boolean {
    return this.ports.isRepeat({ partition: this.partition, id, offset, at }, reread);
  }

  laneOf(subscription: Subscription, event: EventMessage): string {
    if (subscription.snapshot.ordering !== 'per-entity') return '0';
    return String(this.ports.laneNumber(event.entity?.id ?? event.id));
  }

  private takeRecord(record: InRecord): void {
    try {
      const message = decodeEvents(record.value);
      if (message.kind === 'event') this.match(message, record);
      else if (message.kind === 'subscription') this.applySnapshot(message, record.offset);
      else this.obey(message, record.offset);
    } catch (error) {
      // Of an order, too, a part may be undecodable.
      if (!(error instanceof UndecodableError)) throw error;
      this.window.open(record.offset, 1);
      const settle = (): void => void (this.ended || this.window.settle(record.offset));
      const { message: reason } = error;
      this.ports.reject({ topic: eventsTopic.name, partition: this.partition, record, reason }, settle);
    }
  }

  private match(message: EventMessage, record: InRecord): void {
    const { offset } = record;
    const offered: LaneSlot[] = [];
    let holds = 0;
    let event: LogEvent | undefined;
    this.counts.read++;
    if (this.isRepeat(message, record)) {
      this.counts.repeated++;
      return;
    }
    for (const subscription of this.subscriptions.asking(message.tenantId, message.type)) {
      if (!subscription.matches(message, offset)) continue;
      if (this.endings.get(subscription, offset, message.id)) continue;
      event ??= this.logEvent(message, record);
      const slot = this.slotOf(subscription, this.laneOf(subscription, message));
      if (slot.lane.offer(offset, event, event.value.length)) holds++;
      slot.heldBack(message);
      this.busySlots.add(slot);
      offered.push(slot);
    }
    this.counts.matched += offered.length;
    if (holds > 0) this.window.open(offset, holds);
    // Not before the event is behind us: a lane that just fell behind at it would be handed over past it.
    this.position = offset + 1;
    for (const slot of offered) this.ports.ready(slot);
  }

  private applySnapshot({ tenantId, snapshot, startSeq }: SubscriptionChanged, seq: number): void {
    const known = this.subscriptions.get(tenantId, snapshot.id);
    const waiting = known && this.snapshots.get(known);
    if (known && known.snapshot.version >= snapshot.version) {
      // A relay that repeats itself; the first of its records may still wait for the transaction.
      if (waiting) this.holdControl(known, seq);
      return;
    }
    const subscription = known ?? new Subscription({ snapshot, matching: [] }, this.open);
    if (!known) this.subscriptions.add(subscription);
    const from = known ? seq : Math.min(seq, Math.max(this.logLow, startSeq ?? seq));
    subscription.apply(snapshot, from, this.oldestAsked(subscription));
    this.subscriptions.changed(subscription);
    this.holdControl(subscription, seq);
    if (from < seq && subscription.active) this.beginAt(subscription, from);
    if (!subscription.active) this.tellCancelled(subscription, seq);
    this.followStatus(subscription);
  }

  /**
   * A subscription that begins in the past: its lanes are BEHIND from the first, so that nothing newer goes
   * before what is older. Their records are durable before the control record is settled.
   */
  private beginAt(subscription: Subscription, cursor: number): void {
    for (const name of laneNames(subscription.snapshot)) {
      const loaded = { kind: 'behind' as const, cursor, attempt: 0, failingSince: null };
      this.addSlot(subscription, name, loaded).lane.begin();
    }
  }

  /**
   * A person's order, at its place in the log. One that is read again after a takeover finds the lane
   * elsewhere, or
   * tries it once more: harmless.
   */
  private obey(order: LaneCommand, seq: number): void {
    const { tenantId, subscriptionId, command } = order;
    const subscription = this.subscriptions.get(tenantId, subscriptionId);
    if (!subscription?.active || subscription.polled || this.wasObeyed(order.id)) return;
    // Replays of a paused subscription begin, paused; who does not want one any more need not wait for it.
    if (command === 'replay') this.replay(subscription, order.args, seq);
    if (command === 'cancel-replay') this.slots.get(replayKey(subscription, order.args))?.lane.cancel();
    if (subscription.snapshot.status === 'paused') return;
    for (const slot of subscription.lanes.values()) {
      if (slot.lane.state !== 'parked') continue;
      // An order names the events it is about: one that is read again does not pass over the next ones.
      const { cursors } = order.args;
      if (Array.isArray(cursors) && !cursors.includes(slot.lane.parkedAt)) continue;
      if (command === 'retry-now') slot.lane.resume();
      else if (command === 'skip') slot.lane.skip();
      this.ports.ready(slot);
    }
  }

  /** The relay may repeat itself. */
  private wasObeyed(id: string): boolean {
    if (this.obeyed.has(id)) return true;
    this.obeyed.add(id);
    const [oldest] = this.obeyed;
    if (this.obeyed.size > obeyedMax) this.obeyed.delete(oldest);
    return false;
  }

  /**
   * A lane of its own, from a place in the past to this one; the order settles when the lane's record is
   * durable.
   */
  private replay(subscription: Subscription, args: LaneCommand['args'], seq: number): void {
    const key = replayKey(subscription, args);
    if (this.slots.has(key)) return;
    const until = Math.min(seq, Number(args.untilSeq ?? seq));
    // A range that the log no longer reaches back to is an empty one.
    const cursor = Math.min(until, Math.max(this.logLow, Number(args.fromSeq) || 0));
    const loaded = { kind: 'behind' as const, cursor, attempt: 0, failingSince: null, until };
    const slot = this.addSlot(subscription, `replay/${String(args.replayId)}`, loaded, replayOrderOf(args));
    slot.lane.begin();
    this.window.open(seq, 1);
    this.replays.set(slot, seq);
  }

  /** No event below this is matched for the subscription any more (a replay uses today's filter). */
  private oldestAsked({ lanes }: Subscription): number {
    let oldest = this.window.next;
    for (const { lane } of lanes.values()) oldest = Math.min(oldest, lane.coversFrom);
    return oldest;
  }

  private holdControl(subscription: Subscription, seq: number): void {
    this.window.open(seq, 1);
    const waiting = this.snapshots.get(subscription);
    if (waiting) waiting.push(seq);
    else this.snapshots.set(subscription, [seq]);
  }

  /**
   * What waits is dropped, and that is told: once, for everything from the first event that may still wait.
   */
  private tellCancelled(subscription: Subscription, untilSeq: number): void {
    const { tenantId, id: subscriptionId, status } = subscription.snapshot;
    const reason = status === 'deleted' ? ('deleted' as const) : ('disabled' as const);
    const range = {
      lane: '*',
      fromSeq: this.oldestAsked(subscription),
      untilSeq,
      at: this.ports.now(),
      reason,
    };
    if (range.fromSeq < untilSeq)
      this.ports.tell(this, { kind: 'lane-cancelled', tenantId, subscriptionId, ...range });
  }

  /**
   * A delivery that a lane here tried again, not knowing that an owner before had ended it: without a last
   * word the delivery log would wait for the next attempt for ever.
   */
  tellOver(subscription: Subscription, event: EventMessage, seq: number, { delivered }: KnownEnding): void {
    const { tenantId, id: subscriptionId } = subscription.snapshot;
    const outcome = delivered ? ('delivered' as const) : ('failed' as const);
    const ids = { tenantId, subscriptionId, eventId: event.id, eventType: event.type, seq };
    const ending = { attempt: 0, outcome, final: true, url: '', ...toldWithout(this.ports.now()) };
    this.ports.tell(this, {
      kind: 'attempt',
      ...ids,
      deliveryId: deliveryId(event.id, subscriptionId),
      ...ending,
    });
  }

  /** Lanes do what the subscription's status says. */
  private followStatus(subscription: Subscription): void {
    const { status, ordering } = subscription.snapshot;
    // A paused subscription needs a lane that remembers where it was paused; lanes by entity come with their
    // events.
    if (status === 'paused' && ordering !== 'per-entity' && !subscription.polled)
      this.slotOf(subscription, '0');
    for (const slot of subscription.lanes.values()) {
      if (status === 'paused') slot.pause(this.ports.now());
      else if (status === 'active') {
        if (slot.lane.paused) slot.lane.resume();
      } else slot.lane.cancel();
      this.ports.ready(slot);
    }
  }

  private replayed(slot: LaneSlot): void {
    if (!slot.replayId) return;
    const seq = this.replays.get(slot);
    if (seq !== undefined) this.window.settle(seq);
    this.replays.delete(slot);
    if (slot.lane.state !== 'live') return;
    this.slots.delete(slot.key);
    slot.subscription.lanes.delete(slot.name);
  }

  slotOf(subscription: Subscription, lane: string): LaneSlot {
    return subscription.lanes.get(lane) ?? this.addSlot(subscription, lane, { kind: 'live' });
  }

  private addSlot(
    subscription: Subscription,
    lane: string,
    loaded: LaneRecord,
    order: ReplayOrder = {},
  ): LaneSlot {
    const effects = {
      release: (seq: number): void => this.window.settle(seq),
      position: (): number => this.position,
      dirty: (): void => {
        this.dirtySlots.add(slot);
        this.busySlots.add(slot);
      },
      buffered: (event: LogEvent, bytes: number, held: boolean): void =>
        this.memory.buffered(event, bytes, held),
    };
    const settings = this.ports.laneSettings(subscription);
    const slot: LaneSlot = new LaneSlot(this, subscription, lane, settings, effects, loaded);
    if (slot.replayId !== undefined) slot.replays(order, this.ports.now());
    subscription.lanes.set(lane, slot);
    this.slots.set(slot.key, slot);
    // The lane writes for itself: a tombstone on its way would go behind its record, and end its timer.
    if (this.orphans.delete(slot.key)) slot.lane.begin();
    if (!slot.lane.isIdle) this.busySlots.add(slot);
    // A lane by entity that first shows up while its subscription is paused is paused from its first event
    // on.
    if (subscription.snapshot.status === 'paused') slot.pause(this.ports.now());
    return slot;
  }

  private readonly open: OpenSecret = (sealed, context) => this.ports.open(sealed, context);

  private cursor(key: string, value: Buffer | null): TxRecord {
    return { topic: cursorsTopic.name, partition: this.partition, key, value };
  }
}
