import { Inject, Injectable } from '@nestjs/common';
import { inboxTopic } from '@posthorn/contracts';
import {
  type InRecord,
  KafkaConnection,
  OffsetWindow,
  type OutRecord,
  type RecordBatch,
  RecordRefused,
  traceHeaders,
} from '@posthorn/messaging';
import { HealthRegistry, LOGGER, type Logger } from '@posthorn/runtime';
import { DirectoryClient } from './directory.client.js';
import { EventIngestService, type Verdict } from './event-ingest.service.js';
import { EventLog } from './event-log.client.js';
import { checkInboxRecord } from './inbox-event.js';
import { reasonOf } from './refusal.js';
import { codeOf, rejectionOf, type RejectionCode } from './rejection.js';

/** Of KafkaBatchServer, what is needed here. */
export type InboxSource = {
  readonly ready: boolean;
  pause(partitions: { topic: string; partition: number }[]): void;
  resume(partitions: { topic: string; partition: number }[]): void;
  commit(topic: string, partition: number, next: number): void;
  resumeWithin(partition: { topic: string; partition: number }, position: number): void;
};

type Waiting = { record: InRecord; receivedMs: number };

/** One stay of one partition here. */
type Part = {
  partition: number;
  window: OffsetWindow;
  /** Read, not yet handed to the producer; from `head` on. */
  waiting: Waiting[];
  head: number;
  waitingBytes: number;
  /** Made, but the producer had no room. */
  ready: OutRecord[];
  committed: number;
  paused: boolean;
  /** Somebody will call `run` again. */
  planned: boolean;
  revoked: boolean;
};

/** Per partition, and soft: a batch that is on its way when it pauses still comes. */
const waitingRecordsMax = 1_000;
const waitingBytesMax = 512 * 1024;
/** Handed on in one turn of the event loop; HTTP requests get their turn in between. */
const sliceRecords = 200;
const roomLookMs = 25;
const directoryLookMs = 250;
const commitEveryMs = 250;
const stopWaitMs = 5_000;

/**
 * Makes events of what upstream services write to `inbox`, in order within a partition. An offset is
 * committed only when everything below it is acknowledged in `events` or `rejected`, so a crash repeats
 * records (under the same ids) and loses none. No record stops a partition, no partition another.
 */
@Injectable()
export class InboxService {
  private readonly parts = new Map<number, Part>();
  private readonly topic: string;
  private source: InboxSource | undefined;
  private commitTimer: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly ingest: EventIngestService,
    private readonly directory: DirectoryClient,
    private readonly log: EventLog,
    kafka: KafkaConnection,
    @Inject(LOGGER) private readonly logger: Logger,
    health: HealthRegistry,
  ) {
    this.topic = kafka.topicName(inboxTopic.name);
    // Out of the group, a process takes requests all the same: trouble with the inbox stops nobody over HTTP.
    health.watch('event-ingest.inbox', () => this.source?.ready || 'not a member of the group yet');
  }

  /** The consumer and this service need each other; the module ties them. */
  attach(source: InboxSource): void {
    this.source = source;
  }

  take({ partition, records, next }: RecordBatch): void {
    if (this.stopping) return;
    const part = this.parts.get(partition) ?? this.begin(partition, records[0].offset);
    const receivedMs = performance.now();
    for (const record of records) {
      part.window.open(record.offset);
      part.waiting.push({ record, receivedMs });
      part.waitingBytes += record.value?.length ?? 0;
    }
    part.window.advance(next);
    if (!part.paused && this.isOverfull(part)) this.pause(part);
    this.plan(part, 0);
  }

  /** Whoever has the partition now reads from what was committed. */
  revoked(partitions: readonly { partition: number }[]): void {
    for (const { partition } of partitions) {
      const part = this.parts.get(partition);
      if (!part) continue;
      part.revoked = true;
      this.parts.delete(partition);
    }
  }

  /**
   * The log has lost its tail. What was read of it still becomes events, but its offsets mean nothing any
   * more; records that are read twice by this have the same ids.
   */
  shortened(at: { topic: string; partition: number }, position: number): void {
    const part = this.parts.get(at.partition);
    this.parts.delete(at.partition);
    if (part) part.paused = false;
    this.source?.resumeWithin(at, part?.window.next ?? position);
  }

  /** Nothing new is begun; what is on its way is waited for and committed, before the group is left. */
  async drain(): Promise<void> {
    this.stopping = true;
    const deadlineMs = performance.now() + stopWaitMs;
    const open = () =>
      [...this.parts.values()].some(
        ({ window, waiting, head, ready }) => window.openCount > waiting.length - head + ready.length,
      );
    while (open() && performance.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    clearTimeout(this.commitTimer);
    this.commit();
  }

  private begin(partition: number, next: number): Part {
    const part: Part = {
      partition,
      window: new OffsetWindow({ next, capacity: waitingRecordsMax }),
      waiting: [],
      head: 0,
      waitingBytes: 0,
      ready: [],
      committed: next,
      paused: false,
      planned: false,
      revoked: false,
    };
    this.parts.set(partition, part);
    return part;
  }

  private plan(part: Part, delayMs: number): void {
    if (part.planned) return;
    part.planned = true;
    const go = () => {
      part.planned = false;
      this.run(part);
    };
    if (delayMs === 0) setImmediate(go);
    else setTimeout(go, delayMs);
  }

  /** Hands on what it can, in order, and plans its next turn where something is left. */
  private run(part: Part): void {
    if (part.revoked || this.stopping) return;
    for (let i = 0; i < sliceRecords; i++) {
      if (part.ready.length === 0 && !this.prepare(part)) return;
      if (!this.log.offerFromInbox(part.ready[0])) return this.awaitRoom(part);
      part.ready.shift();
    }
    this.plan(part, 0);
  }

  /** The next record, made ready. False when there is none, or it has to wait for the directory. */
  private prepare(part: Part): boolean {
    const next = part.waiting[part.head];
    if (!next) return false;
    if (!this.directory.usable || this.log.partitions === 0) {
      this.plan(part, directoryLookMs);
      return false;
    }
    const verdict = this.judge(next.record);
    if (verdict.kind === 'unknown-tenant' && this.directory.readAsOfMs < next.receivedMs) {
      void this.awaitDirectory(part);
      return false;
    }
    part.ready.push(this.outcomeOf(part, next.record, verdict));
    this.dropHead(part);
    if (part.paused && this.isBelowHalf(part)) this.resume(part);
    return true;
  }

  /** The dead half is cut off now and then, so that taking from the front stays cheap. */
  private dropHead(part: Part): void {
    part.waitingBytes -= part.waiting[part.head].record.value?.length ?? 0;
    part.head++;
    if (part.head * 2 < part.waiting.length) return;
    part.waiting = part.waiting.slice(part.head);
    part.head = 0;
  }

  private judge(record: InRecord): Verdict {
    const { traceparent, tracestate } = record.headers;
    const trace =
      traceparent === undefined
        ? {}
        : traceHeaders({ traceparent: traceparent.toString(), tracestate: tracestate?.toString() });
    return this.ingest.judge(checkInboxRecord(record), Date.now(), this.ingest.spans.admit(trace));
  }

  private outcomeOf(part: Part, record: InRecord, verdict: Verdict): OutRecord {
    if (verdict.kind !== 'event') return this.rejection(part, record, codeOf(verdict), reasonOf(verdict));
    const done = (error: Error | null): void => {
      if (error instanceof RecordRefused) {
        part.ready.unshift(this.rejection(part, record, 'refused-by-kafka', error.message));
        this.plan(part, 0);
      } else {
        if (!error) this.ingest.metrics.took('inbox', 1);
        this.settle(part, record, error);
      }
    };
    return Object.assign(verdict.record, { done: this.ingest.spans.ending(verdict.record, done) });
  }

  private rejection(part: Part, record: InRecord, code: RejectionCode, reason: string): OutRecord {
    const { topic, logger } = this;
    const { partition } = part;
    this.ingest.metrics.refused('inbox', code);
    logger.warn({ topic, partition, offset: record.offset, code, reason }, 'record rejected');
    const done = (error: Error | null): void => {
      if (!(error instanceof RecordRefused)) return this.settle(part, record, error);
      // Nothing else is left to do with it: it must not stop what comes behind.
      logger.error({ err: error, topic, partition, offset: record.offset }, 'rejected record is lost');
      this.settle(part, record, null);
    };
    return Object.assign(rejectionOf(record, { topic, partition }, { code, reason }, Date.now()), { done });
  }

  /** With an error the offset stays open: the record is read again after the restart that caused it. */
  private settle(part: Part, { offset }: InRecord, error: Error | null): void {
    if (error) return;
    part.window.settle(offset);
    this.commitTimer ??= setTimeout(() => {
      this.commitTimer = undefined;
      this.commit();
    }, commitEveryMs);
  }

  private commit(): void {
    for (const part of this.parts.values()) {
      const { next } = part.window;
      if (next === part.committed) continue;
      part.committed = next;
      this.source?.commit(inboxTopic.name, part.partition, next);
    }
  }

  private awaitRoom(part: Part): void {
    if (part.revoked || this.stopping) return;
    if (this.log.inboxHasRoom) return this.run(part);
    part.planned = true;
    setTimeout(() => {
      part.planned = false;
      this.awaitRoom(part);
    }, roomLookMs);
  }

  /**
   * A tenant may be younger than what we have read. Without an answer the record waits: what may be good is
   * never rejected for want of a look. Other partitions go on meanwhile.
   */
  private async awaitDirectory(part: Part): Promise<void> {
    part.planned = true;
    const known = await this.directory.readToEnd();
    part.planned = false;
    if (known) this.run(part);
    else this.plan(part, directoryLookMs);
  }

  private isOverfull({ waiting, head, waitingBytes }: Part): boolean {
    return waiting.length - head >= waitingRecordsMax || waitingBytes >= waitingBytesMax;
  }

  private isBelowHalf({ waiting, head, waitingBytes }: Part): boolean {
    return waiting.length - head <= waitingRecordsMax / 2 && waitingBytes <= waitingBytesMax / 2;
  }

  private pause(part: Part): void {
    part.paused = true;
    this.source?.pause([{ topic: inboxTopic.name, partition: part.partition }]);
  }

  private resume(part: Part): void {
    part.paused = false;
    this.source?.resume([{ topic: inboxTopic.name, partition: part.partition }]);
  }
}
