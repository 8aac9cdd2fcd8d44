import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
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

/** Of one instance. */
const exportsMax = 4;
const pageRows = 500;
/** Pages with what was published are smaller. */
const pageWithData = 50;

type Lines = { lines: string; after: Position | undefined };

/**
 * Everything that a list would show, as one file, newest first. A page at a time is read when the caller has
 * taken the one before: neither a slow caller nor a long range costs memory here, or a connection to
 * PostgreSQL.
 */
@Injectable()
export class ExportService {
  /** When each that is being written began. */
  private readonly running = new Set<{ beganMs: number }>();

  constructor(
    @Inject(DeliveryStore) private readonly deliveries: DeliveryStore,
    @Inject(EventStore) private readonly events: EventStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get open(): { count: number; eldestMs: number } {
    const [eldest] = this.running;
    return { count: this.running.size, eldestMs: eldest ? performance.now() - eldest.beganMs : 0 };
  }

  /** @throws AppError `too-many-requests` */
  ofDeliveries(filter: DeliveryFilter, format: ExportFormat): Readable {
    return this.stream(format === 'csv' ? csvLine(Object.keys(deliveryCells)) : '', async (after) => {
      const page = await this.deliveries.page({ ...filter, limit: pageRows, after: after ?? filter.after });
      const lines = page.items.map((item) => (format === 'csv' ? csvOf(item) : `${JSON.stringify(item)}\n`));
      return { lines: lines.join(''), after: page.next };
    });
  }

  /** As NDJSON with `data`, as it was published. @throws AppError `too-many-requests` */
  ofEvents(filter: EventFilter, format: ExportFormat): Readable {
    const isCsv = format === 'csv';
    return this.stream(isCsv ? csvLine(Object.keys(eventCells)) : '', async (after) => {
      const limit = isCsv ? pageRows : pageWithData;
      const page = await this.events.page({ ...filter, limit, after: after ?? filter.after }, !isCsv);
      const lines = page.items.map(({ summary, row }) =>
        isCsv ? csvOfEvent(summary) : `${withData((data) => ({ ...summary, data }), row.data)}\n`,
      );
      return { lines: lines.join(''), after: page.next };
    });
  }

  private stream(head: string, read: (after: Position | undefined) => Promise<Lines>): Readable {
    if (this.running.size >= exportsMax)
      throw new AppError('too-many-requests', 'Other exports are being written; try again in a moment.', {
        retryAfterS: 10,
      });
    const one = { beganMs: performance.now() };
    this.running.add(one);
    const stream = Readable.from(pages(head, read), { objectMode: false, highWaterMark: 64 * 1024 });
    stream.on('error', (err) => this.logger.warn({ err }, 'an export was cut off'));
    stream.once('close', () => this.running.delete(one));
    return stream;
  }
}

async function* pages(
  head: string,
  read: (after: Position | undefined) => Promise<Lines>,
): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  for (let after: Position | undefined; ;) {
    const page = await read(after);
    if (page.lines !== '') yield Buffer.from(page.lines);
    if (!page.after) return;
    after = page.after;
  }
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
