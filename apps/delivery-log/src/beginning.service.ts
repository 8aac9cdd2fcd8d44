import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Database, LOGGER, type Logger } from '@posthorn/runtime';
import { matchAnew } from './beginnings.js';
import { RuleBookStore } from './rule-book.store.js';
import { StepLoop } from './step-loop.js';

/**
 * Subscriptions that begin in the past get their place in the events of then, in small transactions. Several
 * instances share the work; a crash goes on where it stopped.
 */
@Injectable()
export class BeginningService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Not the projection's: it drops books of partitions that it no longer has. */
  private readonly books = new RuleBookStore();
  private readonly loop = new StepLoop({
    isUp: () => this.database.up,
    step: () => this.step(),
    failed: (err) => this.logger.warn({ err }, 'events from before a subscription cannot be matched yet'),
  });

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  step(): Promise<boolean> {
    return this.database.transaction((tx) => matchAnew(tx, this.books));
  }
}
