import { Readable } from 'node:stream';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppError, LOGGER, type Logger } from '@posthorn/runtime';
import { csvLine } from './csv.js';
import type { DeliveryFilter } from './delivery-rows.js';
import type { DeliverySummary } from './delivery-view.js';
import { DeliveryStore } from './delivery.store.js';
import { type EventSummary, withData } from './event-view.js';
import { type EventFilter, EventStore } from './event.store.js';
import type { Position } from './page.js';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};

/** Of one instance, and of one tenant there. */
const exportsMax = 4;
const exportsOfTenantMax = 2;
/** How often it is looked whether each may go on. */
const lookMs = 5_000;
/** Whose caller takes nothing for so long, or who is not through after so long, leaves its place. */
const stuckMs = 60_000;
const longestMs = 60 * 60_000;
/** What a caller is given at a time: one who takes less than that in a minute is stuck. */
const pieceBytes = 64 * 1024;
const pageRows = 500;
/** Pages with what was published are smaller. */
const pageWithData = 50;

/** Ends with the caller's key or session. */
export type StillMay = () => boolean;

type Lines = { lines: string; after: Position | undefined };

/** What the caller has been offered, and not taken since then; undefined while something is read for it. */
type Offer = { sinceMs: number | undefined };

type Running = Offer & { beganMs: number; tenantId: string; stillMay: StillMay; stream: Readable };

/**
 * Everything that a list would show, as one file, newest first. A page at a time is read when the caller has
 * taken the one before: neither a slow caller nor a long range costs memory here, or a connection to
 * PostgreSQL. Nobody keeps a place who takes nothing, may not go on, or needs more than an hour.
 */
@Injectable()
export class ExportService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The eldest first. */
  private readonly running = new Set<Running>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(performance.now()), lookMs);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get open(): { count: number; eldestMs: number } {
    const [eldest] = this.running;
    return { count: this.running.size, eldestMs: eldest ? performance.now() - eldest.beganMs : 0 };
  }

  /** @throws AppError `too-many-requests` */
  ofDeliveries(filter: DeliveryFilter, format: ExportFormat, stillMay: StillMay): Readable {
    const head = format === 'csv' ? csvLine(Object.keys(deliveryCells)) : '';
    return this.stream(filter.tenantId, stillMay, head, async (after) => {
      const page = await this.deliveries.page({ ...filter, limit: pageRows, after: after ?? filter.after });
      const lines = page.items.map((item) => (format === 'csv' ? csvOf(item) : `${JSON.stringify(item)}\n`));
      return { lines: lines.join(''), after: page.next };
    });
  }

  /** As NDJSON with `data`, as it was published. @throws AppError `too-many-requests` */
  ofEvents(filter: EventFilter, format: ExportFormat, stillMay: StillMay): Readable {
    const isCsv = format === 'csv';
    const head = isCsv ? csvLine(Object.keys(eventCells)) : '';
    return this.stream(filter.tenantId, stillMay, head, async (after) => {
      const limit = isCsv ? pageRows : pageWithData;
      const page = await this.events.page({ ...filter, limit, after: after ?? filter.after }, !isCsv);
      const lines = page.items.map(({ summary, row }) =>
        isCsv ? csvOfEvent(summary) : `${oneLine(withData((data) => ({ ...summary, data }), row.data))}\n`,
      );
      return { lines: lines.join(''), after: page.next };
    });
  }

  private stream(tenantId: string, stillMay: StillMay, head: string, read: ReadLines): Readable {
    const ofTenant = [...this.running].filter((each) => each.tenantId === tenantId).length;
    if (this.running.size >= exportsMax || ofTenant >= exportsOfTenantMax)
      throw new AppError('too-many-requests', 'Other exports are being written; try again in a moment.', {
        retryAfterS: 10,
      });
    const beganMs = performance.now();
    const offer: Offer = { sinceMs: beganMs };
    const options = { objectMode: false, highWaterMark: pieceBytes };
    const stream = Readable.from(offered(pieces(head, read), offer), options);
    const one = Object.assign(offer, { beganMs, tenantId, stillMay, stream });
    this.running.add(one);
    stream.on('error', (err) => this.logger.warn({ err, tenantId }, 'an export was cut off'));
    stream.once('close', () => this.running.delete(one));
    return stream;
  }

  /** With an error: a file that is not whole must not look as if it were. */
  private look(nowMs: number): void {
    for (const { stream, stillMay, sinceMs = nowMs, beganMs } of this.running)
      if (!stillMay()) stream.destroy(new AppError('unauthorized', 'The key, or the session, has ended.'));
      else if (nowMs - sinceMs > stuckMs) stream.destroy(new Error('its caller takes nothing'));
      else if (nowMs - beganMs > longestMs) stream.destroy(new Error('it took too long'));
  }
}

/** Line breaks of JSON stand between its tokens alone: inside of a string they are escaped. */
const oneLine = (json: string): string => json.replace(/[\r\n]/g, ' ');

type ReadLines = (after: Position | undefined) => Promise<Lines>;

async function* pieces(head: string, read: ReadLines): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  for (let after: Position | undefined; ;) {
    const page = await read(after);
    const lines = Buffer.from(page.lines);
    for (let at = 0; at < lines.length; at += pieceBytes) yield lines.subarray(at, at + pieceBytes);
    if (!page.after) return;
    after = page.after;
  }
}

/** Notes since when the caller has not asked for more. */
async function* offered(all: AsyncGenerator<Buffer>, offer: Offer): AsyncGenerator<Buffer> {
  offer.sinceMs = undefined;
  for await (const piece of all) {
    offer.sinceMs = performance.now();
    yield piece;
    offer.sinceMs = undefined;
  }
  // The last of it is taken when the stream is closed.
  offer.sinceMs = performance.now();
}

type Cell = string | number | null;

const deliveryCells: Record<string, (item: DeliverySummary) => Cell> = {
  id: ({ id }) => id,
  subscriptionId: ({ subscriptionId }) => subscriptionId,
  eventId: ({ eventId }) => eventId,
  eventType: ({ eventType }) => eventType,
  seq: ({ seq }) => seq,
  status: ({ status }) => status,
  reason: ({ reason }) => reason,
  attemptCount: ({ attemptCount }) => attemptCount,
  nextAttemptAt: ({ nextAttemptAt }) => nextAttemptAt,
  lastStatus: ({ lastStatus }) => lastStatus,
  lastError: ({ lastError }) => lastError,
  firstAttemptAt: ({ firstAttemptAt }) => firstAttemptAt,
  finishedAt: ({ finishedAt }) => finishedAt,
  replayId: ({ replayId }) => replayId,
};

const eventCells: Record<string, (item: EventSummary) => Cell> = {
  id: ({ id }) => id,
  type: ({ type }) => type,
  entityName: ({ entity }) => entity?.name ?? null,
  entityId: ({ entity }) => entity?.id ?? null,
  timestamp: ({ timestamp }) => timestamp,
  source: ({ source }) => source,
  acceptedAt: ({ acceptedAt }) => acceptedAt,
  seq: ({ seq }) => seq,
  matched: ({ matched }) => matched.join(' '),
  unmatchedReason: ({ unmatchedReason }) => unmatchedReason,
};

function csvOf(item: DeliverySummary): string {
  return csvLine(Object.values(deliveryCells).map((cell) => cell(item)));
}

function csvOfEvent(item: EventSummary): string {
  return csvLine(Object.values(eventCells).map((cell) => cell(item)));
}
