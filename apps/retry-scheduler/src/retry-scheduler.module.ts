import { Module, type DynamicModule } from '@nestjs/common';
import { RetrySchedulerSettings } from './retry-scheduler.config.js';
import { RetrySchedulerConsumer } from './retry-scheduler.consumer.js';
import { RetrySchedulerService } from './retry-scheduler.service.js';
import { RETRY_SCHEDULER_TRANSPORT } from './retry-scheduler.transport.js';

/** Needs RuntimeModule (logger, health) beside it: startService brings it. */
@Module({})
export class RetrySchedulerModule {
  static register(settings: RetrySchedulerSettings): DynamicModule {
    return {
      module: RetrySchedulerModule,
      controllers: [RetrySchedulerConsumer],
      providers: [
        { provide: RetrySchedulerSettings, useValue: settings },
        RetrySchedulerService,
        {
          provide: RETRY_SCHEDULER_TRANSPORT,
          useFactory: ({ server }: RetrySchedulerService) => server,
          inject: [RetrySchedulerService],
        },
      ],
      exports: [RETRY_SCHEDULER_TRANSPORT],
    };
  }
}
