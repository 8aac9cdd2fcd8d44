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

/** Of one instance, and of one tenant there. */
const exportsMax = 4;
const exportsOfTenantMax = 2;
/** After that it is asked again whether the caller may. */
const askMs = 5_000;
const pageRows = 500;
/** Pages with what was published are smaller. */
const pageWithData = 50;

/** Ends with the caller's key or session. */
export type StillMay = () => boolean;

type Lines = { lines: string; after: Position | undefined };

/**
 * Everything that a list would show, as one file, newest first. A page at a time is read when the caller has
 * taken the one before: neither a slow caller nor a long range costs memory here, or a connection to
 * PostgreSQL.
 */
@Injectable()
export class ExportService {
  /** When each that is being written began, and whose it is. */
  private readonly running = new Set<{ beganMs: number; tenantId: string }>();

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
  ofDeliveries(filter: DeliveryFilter, format: ExportFormat, stillMay: StillMay): Readable {
    const head = format === 'csv' ? csvLine(Object.keys(deliveryCells)) : '';
    return this.stream({ tenantId: filter.tenantId, head, stillMay }, async (after) => {
      const page = await this.deliveries.page({ ...filter, limit: pageRows, after: after ?? filter.after });
      const lines = page.items.map((item) => (format === 'csv' ? csvOf(item) : `${JSON.stringify(item)}\n`));
      return { lines: lines.join(''), after: page.next };
    });
  }

  /** As NDJSON with `data`, as it was published. @throws AppError `too-many-requests` */
  ofEvents(filter: EventFilter, format: ExportFormat, stillMay: StillMay): Readable {
    const isCsv = format === 'csv';
    const head = isCsv ? csvLine(Object.keys(eventCells)) : '';
    return this.stream({ tenantId: filter.tenantId, head, stillMay }, async (after) => {
      const limit = isCsv ? pageRows : pageWithData;
      const page = await this.events.page({ ...filter, limit, after: after ?? filter.after }, !isCsv);
      const lines = page.items.map(({ summary, row }) =>
        isCsv ? csvOfEvent(summary) : `${withData((data) => ({ ...summary, data }), row.data)}\n`,
      );
      return { lines: lines.join(''), after: page.next };
    });
  }

  private stream({ tenantId, ...file }: File & { tenantId: string }, read: ReadLines): Readable {
    const ofTenant = [...this.running].filter((each) => each.tenantId === tenantId).length;
    if (this.running.size >= exportsMax || ofTenant >= exportsOfTenantMax)
      throw new AppError('too-many-requests', 'Other exports are being written; try again in a moment.', {
        retryAfterS: 10,
      });
    const one = { beganMs: performance.now(), tenantId };
    this.running.add(one);
    const stream = Readable.from(pages(file, read), { objectMode: false, highWaterMark: 64 * 1024 });
    stream.on('error', (err) => this.logger.warn({ err }, 'an export was cut off'));
    stream.once('close', () => this.running.delete(one));
    return stream;
  }
}

type File = { head: string; stillMay: StillMay };
type ReadLines = (after: Position | undefined) => Promise<Lines>;

/** Throws where the caller may not go on: a file that is not whole must not look as if it were. */
export async function* pages(
  { head, stillMay }: File,
  read: ReadLines,
  now: () => number = () => performance.now(),
): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head);
  let askedAt = now();
  for (let after: Position | undefined; ;) {
    if (now() - askedAt > askMs) {
      if (!stillMay()) throw new AppError('unauthorized', 'The key, or the session, has ended.');
      askedAt = now();
    }
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
