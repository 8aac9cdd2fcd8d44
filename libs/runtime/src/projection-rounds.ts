import { sleep, type Gate } from './concurrency.js';
import type { BulkTransaction, Database, Transaction } from './database.js';
import { blamesData, isStatementTimeout } from './database-errors.js';
import { advance, advanceAll } from './projection-offsets.js';
import type {
  ProjectionBatch,
  ProjectionHandler,
  ProjectionRecord,
  SharedHandler,
} from './projection-types.js';

/** What a partition has to write. */
export type Piece<R extends ProjectionRecord = ProjectionRecord> = ProjectionBatch<R> & {
  bytes: number;
  /** What the offset row holds, as far as we know; undefined is no row. */
  expected: number | undefined;
  /** Shares its transaction with no other: it, or what it met, failed a moment ago. */
  alone: boolean;
};

type Waiting<R extends ProjectionRecord> = {
  piece: Piece<R>;
  resolve: (won: boolean) => void;
  reject: (error: unknown) => void;
};

export type RoundsContext<R extends ProjectionRecord> = {
  database: Database;
  handler: ProjectionHandler<R> | SharedHandler<R>;
  gate: Gate;
  /** Between the starts of two rounds, unless a partition has much to write. */
  gatherMs: number;
  /** Of a round, unless a single piece holds more. */
  maxRecords: number;
};

/** So many records of one partition are worth a transaction of their own. */
const muchRecords = 1_000;
/** Of a round, unless a single piece holds more. */
export const roundMaxBytes = 8 * 1024 * 1024;

/**
 * Transactions of one topic. Where the handler can share them they come one after the other, and what several
 * partitions have to write at that moment goes into one, because a transaction of a handful of rows costs as
 * much as one of hundreds. Every partition keeps its own offset and its own fate: who has lost its partition
 * is left out, where a round fails each piece is tried by itself, and a piece that failed waits for nobody
 * and nobody for it.
 */
export class ProjectionRounds<R extends ProjectionRecord> {
  private readonly waiting: Waiting<R>[] = [];
  private working = false;
  private beganMs = -Infinity;
  private tick: Promise<void> | undefined;

  constructor(private readonly context: RoundsContext<R>) {}

  /** Resolves when the next round is due; at once where so many records wait. */
  async due(records: number): Promise<void> {
    const waitMs = this.beganMs + this.context.gatherMs - performance.now();
    if (waitMs <= 0 || records >= muchRecords) return;
    // All who wait go on in one turn, and so share the round.
    this.tick ??= sleep(waitMs).then(() => {
      this.tick = undefined;
    });
    await this.tick;
  }

  /**
   * Applies the piece with the offset behind it. False: another instance has moved the offset since we read
   * it. Rejects with what was wrong with this piece, or with PostgreSQL.
   */
  write(piece: Piece<R>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ piece, resolve, reject });
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    // Others are about to come in the same turn: at its beginning, or because their last piece is written.
    for (await turn(); this.waiting.length > 0; await turn()) {
      this.beganMs = performance.now();
      const shared = this.takeNext();
      if (shared.length > 0) await this.context.gate.run(() => this.round(shared));
    }
    this.working = false;
  }

  /** As many as there is room for, the first that waits first; those that go alone are on their way. */
  private takeNext(): Waiting<R>[] {
    const taken: Waiting<R>[] = [];
    const later: Waiting<R>[] = [];
    // After it was taken away and given back a partition may wait twice: the row decides between the two.
    const partitions = new Set<number>();
    let records = 0;
    let bytes = 0;
    for (const each of this.waiting.splice(0)) {
      const { piece } = each;
      if (piece.alone || typeof this.context.handler === 'function') {
        void this.context.gate.run(() => this.round([each]));
        continue;
      }
      const isFull =
        records + piece.records.length > this.context.maxRecords || bytes + piece.bytes > roundMaxBytes;
      if (later.length > 0 || partitions.has(piece.partition) || (taken.length > 0 && isFull)) {
        later.push(each);
        continue;
      }
      partitions.add(piece.partition);
      records += piece.records.length;
      bytes += piece.bytes;
      taken.push(each);
    }
    this.waiting.push(...later);
    return taken.sort((a, b) => a.piece.partition - b.piece.partition);
  }

  private async round(round: readonly Waiting<R>[]): Promise<void> {
    try {
      const won = await this.transact(round.map(({ piece }) => piece));
      for (const { piece, resolve } of round) resolve(won.has(piece.partition));
    } catch (error) {
      const mayBeOnesFault = blamesData(error) || isStatementTimeout(error);
      if (round.length > 1 && mayBeOnesFault) for (const each of round) await this.round([each]);
      else for (const { reject } of round) reject(error);
    }
  }

  /** Partitions that were ours. */
  private transact(pieces: readonly Piece<R>[]): Promise<Set<number>> {
    return this.context.database.transaction(
      async (tx) => {
        const won = await advanced(tx, pieces);
        const batches = pieces.filter(({ partition, records }) => won.has(partition) && records.length > 0);
        if (batches.length > 0) await this.apply(batches, tx);
        return won;
      },
      { prepared: true },
    );
  }

  /** A handler of single batches is never given more: its pieces go alone. */
  private apply(batches: readonly ProjectionBatch<R>[], tx: BulkTransaction): Promise<void> {
    const { handler } = this.context;
    return typeof handler === 'function' ? handler(batches[0], tx) : handler.applyAll(batches, tx);
  }
}

async function advanced(tx: Transaction, pieces: readonly Piece[]): Promise<Set<number>> {
  const [first] = pieces;
  if (pieces.length > 1) return advanceAll(tx, first.topic, pieces);
  return new Set((await advance(tx, first, first.expected, first.next)) ? [first.partition] : []);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
