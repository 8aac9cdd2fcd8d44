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
import { dropBefore, keepOnly, makeAhead, thin } from './retention.js';

const everyMs = 60_000;
const daysAhead = 3;
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
    await this.ahead(nowMs);
    await this.remove(payloads, nowMs);
    await this.remove(attempts, nowMs);
    const { keepMinutesDays, keepHoursDays, keepPayloadsDays, keepAttemptsDays } = this.settings;
    await this.drop(['statistics_minutes'], nowMs, keepMinutesDays);
    await this.drop(['statistics_hours'], nowMs, keepHoursDays);
    const all = [...this.periods.values()].flatMap((period) => [period.payloads, period.attempts]);
    const longest = new Date(nowMs - Math.max(keepPayloadsDays, keepAttemptsDays, ...all) * dayMs);
    for (const table of ['log_minutes', 'cancellations'])
      await this.database.query(`DELETE FROM ${table} WHERE at < $1`, [longest]);
  }

  private get periods(): Map<string, Periods> {
    return periodsOf(this.settings.tenantsKeepDays) ?? new Map();
  }

  private async ahead(nowMs: number): Promise<void> {
    const days = Array.from({ length: daysAhead + 1 }, (_, n) => nowMs + n * dayMs);
    for (const table of [
      'events',
      'deliveries',
      'attempts',
      'statistics_minutes',
      'statistics_hours',
    ] as const)
      await makeAhead(this.database, table, days);
  }

  /** Whole days: what is kept for 30 days is dropped when all of its day is 30 days ago. */
  private async remove({ kind, tables, rows }: Kept, nowMs: number): Promise<void> {
    const usual = kind === 'payloads' ? this.settings.keepPayloadsDays : this.settings.keepAttemptsDays;
    const { longest, longer, shorter } = tenantsByPeriod(this.periods, kind, usual);
    await this.drop(tables, nowMs, longest);
    const today = dayOf(nowMs);
    if (longest > usual)
      for (const { fromMs, untilMs } of await spansOf(this.database, rows)) {
        if (untilMs > nowMs - usual * dayMs || this.stopped) continue;
        await keepOnly(this.database, tables, fromMs, longer(today - dayOf(untilMs)));
      }
    for (const [tenantId, days] of shorter)
      for (let step = 0; step < stepsPerRun && !this.stopped; step++)
        if (!(await thin(this.database, rows, tenantId, (today - days) * dayMs))) break;
  }

  private async drop(tables: readonly PartitionedTable[], nowMs: number, days: number): Promise<void> {
    const gone = await dropBefore(this.database, tables, nowMs - days * dayMs);
    if (gone.length > 0) this.logger.info({ partitions: gone, days }, 'what is over its time was dropped');
  }

  private plan(waitMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.working = this.tryToRun().finally(() => this.plan(everyMs));
    }, waitMs);
  }

  private async tryToRun(): Promise<void> {
    if (!this.database.up) return;
    try {
      await this.run();
    } catch (err) {
      this.logger.warn({ err }, 'what is over its time could not be removed yet');
    }
  }
}
