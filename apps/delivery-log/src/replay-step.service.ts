import { Inject, Injectable } from '@nestjs/common';
import { attemptsTopic, decodeSeqs, encodeControl, encodeSeqs, eventsTopic } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import type { Transaction } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { LogProducer } from './log-producer.client.js';
import { ReplayChunkStore } from './replay-chunk.store.js';
import { ReplayPayloadService } from './replay-payload.service.js';
import { recountEveryMs } from './replay-pace.js';
import { type Hearing, Silence } from './replay-silence.js';
import { type ReplayRow, ReplayStore } from './replay.store.js';
import type { SubscriptionView } from './rule-book.js';

/** Events that one lane of the dispatcher is made for: all of them stand in its record. */
const laneChunkMax = 5_000;
const payloadChunkMax = 500;
/** What was sent, and of which nothing is told for so long, was not sent. */
const silenceMaxMs = 60_000;
/** From here it goes through retry-scheduler, and waits for its turn where the receiver is slow. */
const payloadSilenceMaxMs = 15 * 60_000;
/** Who cannot go on is looked at again after that. */
const stuckRestMs = 5_000;

/** `stuck`: something else has to happen first; `last`: only that the last ones are told. */
type Did = 'went' | 'stuck' | 'last' | 'ended';

const noChunk = { chunk: null, chunk_by: null, chunk_order: null, chunk_sent: 0 };

/**
 * Carries out replays, a chunk at a time. Everything is in the job's row, so a crash anywhere goes on from
 * there; at worst what was on its way then is sent twice.
 *
 * What the log still holds is sent by the dispatcher, in a lane of its own per chunk, which knows order,
 * pace and retries; what is older is sent from here, out of the stored payloads.
 */
@Injectable()
export class ReplayStepService {
  private readonly recountedAt = new Map<string, number>();
  private readonly silence = new Silence();

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(LogProducer) private readonly producer: LogProducer,
    @Inject(ReplayStore) private readonly replays: ReplayStore,
    @Inject(ReplayChunkStore) private readonly chunks: ReplayChunkStore,
    @Inject(ReplayPayloadService) private readonly payloads: ReplayPayloadService,
  ) {}

  /**
   * One small step of a job, of which nothing is lost when it is done twice. False: it does not go on now.
   * Without a place it begins nothing new.
   */
  async step(tx: Transaction, id: string, hasPlace: boolean): Promise<boolean> {
    const row = await this.replays.locked(tx, id);
    if (!row) return false;
    const target = await this.chunks.target(tx, row);
    const did = await this.did(tx, row, target, hasPlace);
    if (did === 'ended') return false;
    await this.recount(tx, row);
    if (did === 'went') {
      if (row.rest_until !== null) await this.replays.update(tx, id, { rest_until: null, error: null });
      return true;
    }
    await this.replays.rest(tx, id, did === 'last' ? recountEveryMs(row) : stuckRestMs);
    return false;
  }

  private async did(
    tx: Transaction,
    row: ReplayRow,
    target: SubscriptionView | undefined,
    hasPlace: boolean,
  ): Promise<Did> {
    if (row.cancel_asked) return this.cancel(tx, row);
    if (!target || target.status === 'deleted' || target.status === 'disabled')
      return this.end(tx, row, 'failed', `The subscription was ${target?.status ?? 'deleted'}.`);
    const mayBegin = hasPlace && target.status === 'active';
    if (row.chunk === null) return this.take(tx, row, mayBegin);
    const seqs = decodeSeqs(row.chunk);
    if (row.chunk_by === 'payload') return mayBegin ? this.send(tx, row, seqs, target) : 'stuck';
    if (row.chunk_order === null) {
      if (!mayBegin) return 'stuck';
      await this.order(tx, row, seqs);
    } else if (await this.chunks.laneHasEnded(tx, row)) await this.replays.update(tx, row.id, noChunk);
    else if (target.status === 'paused' || (await this.chunks.isParked(tx, row))) return 'stuck';
    return 'went';
  }

  /** The next chunk; not sent before that it is taken is durable. */
  private async take(tx: Transaction, row: ReplayRow, mayBegin: boolean): Promise<Did> {
    const low = (await this.kafka.endOffsets(eventsTopic.name)).get(row.partition)?.low ?? 0;
    const until = Number(row.until_seq);
    const border = Math.min(low, until);
    const isOlder = Number(row.next_seq) < border;
    const { seqs, nextSeq } = isOlder
      ? await this.replays.next(tx, row, border, payloadChunkMax)
      : await this.replays.next(tx, row, until, laneChunkMax);
    if (seqs.length === 0) {
      if (nextSeq >= until) return this.mayEnd(tx, row);
      await this.replays.update(tx, row.id, { next_seq: String(nextSeq) });
      return 'went';
    }
    if (!mayBegin) return 'stuck';
    await this.replays.update(tx, row.id, {
      ...{ chunk: encodeSeqs(seqs), chunk_by: isOlder ? 'payload' : 'lane' },
      ...{ chunk_no: row.chunk_no + 1, chunk_order: null, chunk_sent: 0 },
      ...{ next_seq: String(nextSeq), taken: String(Number(row.taken) + seqs.length) },
    });
    return 'went';
  }

  /** Out of what is stored. What is never told of, though everybody is up, ends the job. */
  private async send(
    tx: Transaction,
    row: ReplayRow,
    seqs: readonly number[],
    target: SubscriptionView,
  ): Promise<Did> {
    const step = await this.payloads.step(tx, row, seqs, target);
    if (step === 'through') await this.replays.update(tx, row.id, noChunk);
    if (step !== 'waits') {
      this.silence.over(row.id);
      return 'went';
    }
    if (await this.chunks.isParked(tx, row)) this.silence.over(row.id);
    else {
      const told = [row.chunk_no, row.chunk_sent, row.done, row.failed, row.waiting].join();
      const untold = Number(row.taken) - seqs.length + row.chunk_sent - toldOf(row);
      if (untold > 0 && (await this.silence.lasts(row.id, told, payloadSilenceMaxMs, this.hearing(tx, row))))
        return this.end(tx, row, 'failed', unknown(untold));
    }
    const movedMs = (row.moved_at ?? row.created_at).getTime();
    return Date.now() - movedMs > stuckRestMs ? 'stuck' : 'went';
  }

  private async order(tx: Transaction, row: ReplayRow, seqs: readonly number[]): Promise<void> {
    // Of an order that was given and not noted most may be sent already.
    const sent = await this.chunks.sent(tx, row, seqs);
    const told = new Set(sent.filter(({ status }) => status !== 'sent').map(({ seq }) => seq));
    const open = seqs.filter((seq) => !told.has(seq));
    if (open.length === 0) return this.replays.update(tx, row.id, noChunk);
    const offset = await this.command(row, 'replay', String(row.chunk_no), {
      ...{ replayId: row.id, fromSeq: open[0], untilSeq: open.at(-1)! + 1 },
      ...{ ratePerS: this.settings.replayPerS, seqs: encodeSeqs(open) },
    });
    await this.replays.update(tx, row.id, { chunk_order: String(offset) });
  }

  private async cancel(tx: Transaction, row: ReplayRow): Promise<Did> {
    if (row.chunk_by === 'lane') await this.command(row, 'cancel-replay', 'cancel', { replayId: row.id });
    return this.end(tx, row, 'cancelled');
  }

  private async command(
    { id, tenant_id: tenantId, target_subscription_id: subscriptionId }: ReplayRow,
    command: 'replay' | 'cancel-replay',
    part: string,
    args: Record<string, unknown>,
  ): Promise<number> {
    const order = { kind: 'command' as const, id: `${id}/${part}`, tenantId, subscriptionId, command, args };
    const record = { tenantId, key: tenantId, value: encodeControl(order) };
    const [offset] = await this.producer.publish(eventsTopic, [record]);
    return offset;
  }

  /** Everything is sent; that it was is told by `attempts`, which are read at their own pace. */
  private async mayEnd(tx: Transaction, row: ReplayRow): Promise<Did> {
    const taken = Number(row.taken);
    // Asked before it is counted: what was read by then is in the count.
    const before = [row.done, row.failed, row.waiting].join();
    const isSilent = await this.silence.lasts(row.id, before, silenceMaxMs, this.hearing(tx, row));
    const now = await this.replays.recount(tx, row);
    const told = now.done + now.failed + now.waiting;
    if (told >= taken) return this.end(tx, { ...row, total: row.taken, total_estimated: false }, 'done');
    if (!isSilent || [now.done, now.failed, now.waiting].join() !== before) return 'last';
    return this.end(tx, row, 'failed', unknown(taken - told));
  }

  private hearing(tx: Transaction, row: ReplayRow): Hearing {
    return {
      end: async () => (await this.kafka.endOffsets(attemptsTopic.name)).get(row.partition)?.high ?? 0,
      next: () => this.chunks.projectedTo(tx, row),
    };
  }

  private async end(
    tx: Transaction,
    row: ReplayRow,
    status: 'done' | 'cancelled' | 'failed',
    error: string | null = null,
  ): Promise<'ended'> {
    await this.replays.recount(tx, row);
    const { total, total_estimated } = row;
    await this.replays.update(tx, row.id, {
      ...{ ...noChunk, status, error, ended_at: new Date(), total, total_estimated },
    });
    this.recountedAt.delete(row.id);
    this.silence.over(row.id);
    return 'ended';
  }

  private async recount(tx: Transaction, row: ReplayRow): Promise<void> {
    if (performance.now() < (this.recountedAt.get(row.id) ?? 0) + recountEveryMs(row)) return;
    await this.replays.recount(tx, row);
    this.recountedAt.set(row.id, performance.now());
  }
}

function toldOf({ done, failed, waiting }: ReplayRow): number {
  return Number(done) + Number(failed) + Number(waiting);
}

function unknown(events: number): string {
  return `Of ${events} events nothing is known: the log, or the subscription, no longer had them.`;
}
