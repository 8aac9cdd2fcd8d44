import { Inject, Injectable } from '@nestjs/common';
import { decodeSeqs, encodeControl, encodeSeqs, eventsTopic } from '@posthorn/contracts';
import { KafkaConnection } from '@posthorn/messaging';
import type { Transaction } from '@posthorn/runtime';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { LogProducer } from './log-producer.client.js';
import { ReplayChunkStore } from './replay-chunk.store.js';
import { ReplayPayloadService } from './replay-payload.service.js';
import { type ReplayRow, ReplayStore } from './replay.store.js';

/** Events that one lane of the dispatcher is made for: all of them stand in its record. */
const laneChunkMax = 5_000;
const payloadChunkMax = 500;
const recountEveryMs = 2_000;
/** What was sent, and of which nothing is told for so long, was not sent. */
const silenceMaxMs = 60_000;

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

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(KafkaConnection) private readonly kafka: KafkaConnection,
    @Inject(LogProducer) private readonly producer: LogProducer,
    @Inject(ReplayStore) private readonly replays: ReplayStore,
    @Inject(ReplayChunkStore) private readonly chunks: ReplayChunkStore,
    @Inject(ReplayPayloadService) private readonly payloads: ReplayPayloadService,
  ) {}

  /** One small step of a job, of which nothing is lost when it is done twice. */
  async step(tx: Transaction, id: string): Promise<void> {
    const row = await this.replays.locked(tx, id);
    if (!row) return;
    const target = await this.chunks.target(tx, row);
    if (row.cancel_asked) return this.cancel(tx, row);
    if (!target || target.status === 'deleted' || target.status === 'disabled')
      return this.end(tx, row, 'failed', `The subscription was ${target?.status ?? 'deleted'}.`);
    if (row.chunk === null) return this.take(tx, row);
    const seqs = decodeSeqs(row.chunk);
    if (row.chunk_by === 'payload') {
      // A paused subscription sends nothing of it, and collects no more than is on its way.
      const isThrough = target.status === 'active' && (await this.payloads.step(tx, row, seqs, target));
      if (isThrough) await this.replays.update(tx, id, noChunk);
    } else if (row.chunk_order === null) await this.order(tx, row, seqs);
    else if (await this.chunks.laneHasEnded(tx, row)) await this.replays.update(tx, id, noChunk);
    await this.recount(tx, row);
  }

  /** The next chunk; not sent before that it is taken is durable. */
  private async take(tx: Transaction, row: ReplayRow): Promise<void> {
    const low = (await this.kafka.endOffsets(eventsTopic.name)).get(row.partition)?.low ?? 0;
    const until = Number(row.until_seq);
    const older = await this.replays.next(tx, row, Math.min(low, until), payloadChunkMax);
    const seqs = older.length > 0 ? older : await this.replays.next(tx, row, until, laneChunkMax);
    if (seqs.length === 0) return this.mayEnd(tx, row);
    await this.replays.update(tx, row.id, {
      ...{ chunk: encodeSeqs(seqs), chunk_by: older.length > 0 ? 'payload' : 'lane' },
      ...{ chunk_no: row.chunk_no + 1, chunk_order: null, chunk_sent: 0 },
      ...{ next_seq: String(seqs.at(-1)! + 1), taken: String(Number(row.taken) + seqs.length) },
    });
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

  private async cancel(tx: Transaction, row: ReplayRow): Promise<void> {
    if (row.chunk_by === 'lane') await this.command(row, 'cancel-replay', 'cancel', { replayId: row.id });
    await this.end(tx, row, 'cancelled');
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
  private async mayEnd(tx: Transaction, row: ReplayRow): Promise<void> {
    const { done, failed, waiting } = await this.replays.recount(tx, row);
    const told = done + failed + waiting;
    const taken = Number(row.taken);
    if (told >= taken) return this.end(tx, { ...row, total: row.taken }, 'done');
    const silentMs = Date.now() - (row.moved_at ?? row.created_at).getTime();
    if (silentMs < silenceMaxMs) return;
    const error = `Of ${taken - told} events nothing is known: the log, or the subscription, no longer had them.`;
    await this.end(tx, row, 'failed', error);
  }

  private async end(
    tx: Transaction,
    row: ReplayRow,
    status: 'done' | 'cancelled' | 'failed',
    error: string | null = null,
  ): Promise<void> {
    await this.replays.recount(tx, row);
    const changes = { status, error, ended_at: new Date(), total: row.total };
    await this.replays.update(tx, row.id, { ...noChunk, ...changes });
    this.recountedAt.delete(row.id);
  }

  private async recount(tx: Transaction, row: ReplayRow): Promise<void> {
    if (performance.now() < (this.recountedAt.get(row.id) ?? 0) + recountEveryMs) return;
    await this.replays.recount(tx, row);
    this.recountedAt.set(row.id, performance.now());
  }
}
