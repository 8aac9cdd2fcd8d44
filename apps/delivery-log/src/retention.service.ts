import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { dayMs, dayOf, type PartitionedTable, spansOf } from './day-partitions.js';
import { DeliveryLogSettings } from './delivery-log.config.js';
import { type Periods, periodsOf, tenantsByPeriod } from './periods.js';
import { blankErased, dropPartition, forget, keepOnly, makeAhead, overBefore, thin } from './retention.js';

const everyMs = 60_000;
const daysAhead = 3;
/** Twice what the log keeps, days of retries between, and segments that Kafka is late to remove. */
const keepErasedDays = 30;
const dated = ['events', 'deliveries', 'attempts', 'statistics_minutes', 'statistics_hours'] as const;
/** Small ones: a large transaction would hold up the projection. */
const stepsPerRun = 200;

type Kept = { kind: keyof Periods; tables: readonly PartitionedTable[]; rows: 'events' | 'deliveries' };

const payloads: Kept = { kind: 'payloads', tables: ['events'], rows: 'events' };
/** Attempts first: they are found by their deliveries. */
const attempts: Kept = { kind: 'attempts', tables: ['attempts', 'deliveries'], rows: 'deliveries' };

/**
 * Makes partitions before they are needed and drops those whose time is over; tenants with periods of their
 * own keep their rows longer, or lose them earlier. Several instances share the work, and a crash in between
 * goes on where it stopped: every step is a transaction, and what is to do is found in the tables themselves.
 */
@Injectable()
export class RetentionService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    @Inject(DeliveryLogSettings) private readonly settings: DeliveryLogSettings,
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  async run(nowMs = Date.now()): Promise<void> {
    const soon = Array.from({ length: daysAhead + 1 }, (_, n) => nowMs + n * dayMs);
    for (const table of dated)
      await this.step(`partitions ahead of ${table}`, () => makeAhead(this.database, table, soon));
    const { keepMinutesDays, keepHoursDays, keepPayloadsDays, keepAttemptsDays } = this.settings;
    await this.remove(payloads, nowMs, keepPayloadsDays);
    await this.remove(attempts, nowMs, keepAttemptsDays);
    await this.drop(['statistics_minutes'], nowMs, keepMinutesDays);
    await this.drop(['statistics_hours'], nowMs, keepHoursDays);
    const all = [...this.periods.values()].flatMap((period) => [period.payloads, period.attempts]);
    const longest = new Date(nowMs - Math.max(keepPayloadsDays, keepAttemptsDays, ...all) * dayMs);
    for (const table of ['log_minutes', 'cancellations'] as const)
      await this.untilDone(`${table} of long ago`, () => forget(this.database, table, longest));
    const erased = new Date(nowMs - keepErasedDays * dayMs);
    await this.step('whom erasures were about', () => blankErased(this.database, erased));
    await this.untilDone('events that were erased', () => forget(this.database, 'erased_events', erased));
  }

  private get periods(): Map<string, Periods> {
    return periodsOf(this.settings.tenantsKeepDays) ?? new Map();
  }

  /** Whole days: what is kept for 30 days is dropped when all of its day is 30 days ago. */
  private async remove({ kind, tables, rows }: Kept, nowMs: number, usual: number): Promise<void> {
    const { longest, longer, shorter } = tenantsByPeriod(this.periods, kind, usual);
    await this.drop(tables, nowMs, longest);
    const today = dayOf(nowMs);
    if (longest > usual)
      await this.step(`days of ${rows} that some keep`, async () => {
        for (const { name, fromMs, untilMs } of await spansOf(this.database, rows))
          if (untilMs <= nowMs - usual * dayMs)
            await this.step(`what is kept of ${name}`, () =>
              keepOnly(this.database, tables, fromMs, longer(today - dayOf(untilMs))),
            );
      });
    for (const [tenantId, days] of shorter)
      await this.untilDone(`${rows} of ${tenantId}`, () =>
        thin(this.database, rows, tenantId, (today - days) * dayMs),
      );
  }

  private async drop(tables: readonly PartitionedTable[], nowMs: number, days: number): Promise<void> {
    await this.step(`what is over of ${tables.join(', ')}`, async () => {
      const partitions: string[] = [];
      for (const name of await overBefore(this.database, tables, nowMs - days * dayMs))
        await this.step(name, async () => {
          if (await dropPartition(this.database, name)) partitions.push(name);
        });
      if (partitions.length > 0) this.logger.info({ partitions, days }, 'what is over its time was dropped');
    });
  }

  /** Piece by piece; what is left after so many is for the next run. */
  private async untilDone(what: string, work: () => Promise<boolean>): Promise<void> {
    await this.step(what, async () => {
      for (let n = 0; n < stepsPerRun && !this.stopped; n++) if (!(await work())) return;
    });
  }

  /** One that fails holds up no other, and is tried again in the next run. */
  private async step(what: string, work: () => Promise<unknown>): Promise<void> {
    if (this.stopped) return;
    try {
      await work();
    } catch (err) {
      this.logger.warn({ err, what }, 'what is over its time could not be removed yet');
    }
  }

  private plan(waitMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.runIfUp().finally(() => this.plan(everyMs));
    }, waitMs);
  }

  private async runIfUp(): Promise<void> {
    if (this.database.up) await this.run();
  }
}
