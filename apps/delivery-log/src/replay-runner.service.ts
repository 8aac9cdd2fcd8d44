import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { ReplayStepService } from './replay-step.service.js';
import { ReplayStore } from './replay.store.js';
import { Setbacks } from './setbacks.js';

const idlePollMs = 500;
const pollMs = 200;
const runningMax = 4;
const runningOfTenantMax = 2;
const unsettledEveryMs = 10_000;
/** What its owner reads. What went wrong is about the installation, and stands in its log. */
const failedReason = 'its last step failed and is tried again';

/**
 * Keeps replays going, a step at a time. Several instances share the jobs, never one job. One that cannot go
 * on, because its receiver is dead, its target paused or its step fails, gives its place to another and is
 * looked at again.
 */
@Injectable()
export class ReplayRunnerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;
  private failures = 0;
  private unsettledAt = 0;
  private readonly setbacks = new Setbacks();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ReplayStore) private readonly replays: ReplayStore,
    @Inject(ReplayStepService) private readonly steps: ReplayStepService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan(idlePollMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private plan(waitMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      let busy = false;
      this.working = this.run()
        .then((is) => void (busy = is))
        .finally(() => this.plan(busy ? pollMs : idlePollMs));
    }, waitMs);
  }

  private async run(): Promise<boolean> {
    if (!this.database.up) return false;
    try {
      await this.settleLate();
      if (!(await this.replays.anyOpen())) return false;
      await this.replays.promote(runningMax, runningOfTenantMax);
      await this.stepAll();
      this.failures = 0;
      return true;
    } catch (err) {
      if (this.failures++ % 60 === 0) this.logger.warn({ err }, 'replays cannot go on yet');
      return false;
    }
  }

  /** The oldest ones have the places; who finds none finishes what is on its way, and rests. */
  private async stepAll(): Promise<void> {
    let going = 0;
    const goingOf = new Map<string, number>();
    for (const { id, tenantId } of await this.replays.running(this.setbacks.waiting())) {
      if (this.stopped) break;
      const ofTenant = goingOf.get(tenantId) ?? 0;
      const hasPlace = going < runningMax && ofTenant < runningOfTenantMax;
      if (!(await this.step(id, hasPlace))) continue;
      going++;
      goingOf.set(tenantId, ofTenant + 1);
    }
  }

  /** One that fails rests, and leaves its place to others. */
  private async step(id: string, hasPlace: boolean): Promise<boolean> {
    try {
      const goes = await this.database.transaction((tx) => this.steps.step(tx, id, hasPlace));
      this.setbacks.went(id);
      return goes;
    } catch (err) {
      const waitMs = this.setbacks.failed(id);
      this.logger.warn({ err, replayId: id, waitMs }, 'a replay cannot go on yet');
      await this.replays.rest(this.database, id, waitMs, failedReason);
      return false;
    }
  }

  /** Deliveries of a job that has ended may be tried again for days. */
  private async settleLate(): Promise<void> {
    if (performance.now() < this.unsettledAt + unsettledEveryMs) return;
    this.unsettledAt = performance.now();
    for (const row of await this.replays.unsettled(20)) await this.replays.recount(this.database, row);
  }
}
